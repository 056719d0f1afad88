"""THE 1C FORMAT: XML of CommerceML 2 to records and back, streaming. No I/O."""
