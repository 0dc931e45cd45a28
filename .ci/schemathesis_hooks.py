"""For .ci/schemathesis: how the lines of a scenario are written."""

import schemathesis


@schemathesis.serializer("application/x-ndjson", "application/jsonl")
def lines(ctx, value):
    return value.encode("utf-8", "replace") if isinstance(value, str) else str(value).encode()
