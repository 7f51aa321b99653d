from enum import StrEnum


class ListSentStateType0(StrEnum):
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    WAITING = "waiting"

    def __str__(self) -> str:
        return str(self.value)
