"""The catalogue of the emulated portal: products, sections, prices, directories, stocks (bitrix24-rest D)."""
