from enum import StrEnum


class OrderKind(StrEnum):
    EAT_IN = "eat_in"
    TO_GO = "to_go"

    def __str__(self) -> str:
        return str(self.value)
