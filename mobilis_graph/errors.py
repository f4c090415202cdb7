"""
Every error this program raises on purpose, sorted by who must act.

MobilisError
├── InputError             the user can fix it: bad file, bad row, unknown id
│   ├── NotFound
│   └── Conflict           someone else changed or already created it
├── Denied                 the role does not allow it
├── DatabaseError          the engine said no, or said nothing
│   ├── DatabaseUnavailable    worth a retry
│   └── QueryTimeout           worth a smaller question
└── ConfigError            the operator can fix it: settings, files, ports, query files
    ├── EngineError            the embedded engine could not be started, reached or stopped
    └── AuditError             the access log cannot be written or does not hold: no answer
"""


class MobilisError(Exception):
    """Base of all errors raised on purpose; its text is a sentence a person can act on."""


class InputError(MobilisError):
    """The user can fix it."""


class NotFound(InputError):
    """Missing, or hidden from this viewer: the words are the same."""


class Conflict(InputError):
    """Someone else created or changed it meanwhile."""


class Denied(MobilisError):
    """This role may not do that."""


class DatabaseError(MobilisError):
    """The engine refused or failed."""


class DatabaseUnavailable(DatabaseError):
    """The engine cannot be reached."""


class QueryTimeout(DatabaseError):
    """The engine gave up on a question that took too long."""


class ConfigError(MobilisError):
    """The operator can fix it."""


class EngineError(ConfigError):
    """The embedded engine could not be started, reached or stopped."""


class AuditError(ConfigError):
    """The access log cannot be written, or its chain is broken."""
