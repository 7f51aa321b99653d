"""Errors as the vendor tells them (sheet section 8)."""

from http import HTTPStatus


class Refused(Exception):
    """An answer that is an error: its status, the sentence, and the class that the vendor names."""

    def __init__(self, status: int, message: str, error_class: str = "Exception") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.error_class = error_class

    @property
    def body(self) -> dict[str, str]:
        """The envelope; its code is a string."""
        return {
            "httpCode": str(self.status),
            "httpMessage": HTTPStatus(self.status).phrase,
            "message": self.message,
            "errorClass": self.error_class,
        }


def not_found(entity: str, number: object) -> Refused:
    """An id that this account does not have."""
    return Refused(404, f"Object of type '{entity}' not found with primary ID '{number}'.")
