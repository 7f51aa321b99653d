from enum import StrEnum


class MethodKind(StrEnum):
    CARD = "card"
    VOUCHER = "voucher"

    def __str__(self) -> str:
        return str(self.value)
