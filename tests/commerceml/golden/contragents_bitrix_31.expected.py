from uzel.model import Counterparty, LegalDetails

COUNTERPARTIES = (
    Counterparty(
        counterparty_id="f1c00000-0000-4000-8000-000000000061",
        name="Ромашка ООО",
        is_company=True,
        legal=LegalDetails(
            inn="7700000016",
            kpp="770001001",
            okpo="00000016",
            official_name="ООО «Ромашка»",
            legal_address="450000, Уфа, Ленина, 1",
        ),
        phones=("+7 347 200-00-16",),
        emails=("info@romashka.example",),
    ),
    Counterparty(
        counterparty_id="f1c00000-0000-4000-8000-000000000062",
        name="Льнова Инна",
        full_name="Льнова Инна Олеговна",
        last_name="Льнова",
        first_name="Инна",
        middle_name="Олеговна",
        phones=("+7 917 000-00-62",),
        address="Уфа, Мира",
    ),
)
