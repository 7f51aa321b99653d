from enum import StrEnum


class ListChecksStatus(StrEnum):
    ALL = "all"
    CLOSED = "closed"
    OPEN = "open"
    PAID = "paid"
    PARTIALLY_PAID = "partially_paid"

    def __str__(self) -> str:
        return str(self.value)
