"""``uzel secrets rotate``: new keys for what is sealed in the database."""

import argparse

from uzel.commands.output import CommandError, setup

BY_HAND = """
Что сделать:
  1. Новый ключ: python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"
  2. На всех машинах поставьте его первым, старые оставьте: UZEL_SECRET_BOX_KEYS="НОВЫЙ СТАРЫЙ"
  3. Перезапустите все процессы (uzel serve, uzel worker) на всех машинах.
  4. uzel portal connect с тем же адресом зашифрует вебхук новым ключом.
  5. Теперь старый ключ можно убрать и перезапустить процессы ещё раз."""


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group to the command line."""
    verbs = groups.add_parser("secrets", help="ключи того, что хранится запечатанным").add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )
    rotate = verbs.add_parser("rotate", help="сделать новый ключ и запечатать им всё; ничего останавливать не нужно")
    rotate.add_argument("--forget-old", action="store_true", help="оставить только новый ключ")
    rotate.set_defaults(run=_rotate)


def _rotate(options: argparse.Namespace) -> None:
    setup()
    from django.conf import settings

    from uzel.flows.rotate_secrets import RotationError, rotate_secrets
    from uzel.hub.secrets import KeyFile

    try:
        done = rotate_secrets(forget_old=options.forget_old)
    except RotationError as error:
        by_hand = "" if isinstance(settings.UZEL_SECRET_BOX_KEYS, KeyFile) else BY_HAND
        raise CommandError(f"{error}{by_hand}") from error
    print(f"Новый ключ создан, секретов зашифровано им: {done.secrets}. Перезапускать ничего не нужно.")
    if done.old_keys:
        print(f"Старых ключей оставлено: {done.old_keys}, они открывают прежние копии базы; убрать: --forget-old.")
    else:
        print("Старые ключи забыты: прежние копии базы открываются только с ключами из тех же копий.")
    print("Сделайте новую резервную копию: базу данных и папку secrets вместе.")
