#!/usr/bin/env bash
# agora-token 2.0.6 (npm) and agoraiotools 0.3.4 (PyPI): of two makers of the same classroom token, the Node one leaves the room's privilege out.
#
# Expected: `buildRoomUserToken(app, certificate, room, user, role, expire)` of Agora's own Node package and `build_room_user_token` of a Python
#   package (with Agora's sources) differ in time, salt and signature alone: the classroom service (7) has the privilege 1, "user of the room", with the
#   seconds given, and the role that was given. The role 0 is the audience in the vendor's classroom SDK.
# Found: the Node package defines that privilege and never puts it into the room's token; the services of signalling (2) and chat (5) in the same token have
#   theirs. A role of 0 is taken for a missing one, and the token says -1. The package's reader shows -1 as 65535, since it reads
#   the signed number as an unsigned one, so that no round trip shows the change. Both builders of the package, `Apaas` and `Education`, do so.
# Why it matters here: rooms with teacher, students and silent viewers are what marks are used for with Tencent's service, and who moves between the two
#   compares tokens field by field. The call succeeds in both languages, and only the service can tell why a viewer is not let in.
# Seen: the lines that this script prints. Usage: findings/agora-token-room-user-without-privilege.sh
#   (needs Node 20, Python 3.10 or later, the npm registry and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" agora-token@2.0.6
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check agoraiotools==0.3.4
cat >"$folder/show.js" <<'JS'
const { ApaasTokenBuilder, EducationTokenBuilder } = require("agora-token");
const { AccessToken2, kApaasServiceType } = require("agora-token/src/AccessToken2");

for (const [name, builder] of Object.entries({ ApaasTokenBuilder, EducationTokenBuilder })) {
    for (const role of [2, 0]) {
        const token = builder.buildRoomUserToken("a".repeat(32), "c".repeat(32), "room", "alice", role, 600);
        const read = new AccessToken2("", "", 0, 0);
        read.from_string(token);
        console.log(`Node ${name}, role ${role}\t${token}\t, its own reader: ${read.getServices(kApaasServiceType)[0].__role}`);
    }
}
JS
cat >"$folder/show.py" <<'PY'
import base64
import struct
import sys
import zlib

from agoraiotools.apaas_token_builder import ApaasTokenBuilder
from agoraiotools.education_token_builder import EducationTokenBuilder


class Reader:
    """The fields of a token 007: numbers are little-endian, a text has its length in front."""

    def __init__(self, token):
        self.rest = zlib.decompress(base64.b64decode(token[3:]))

    def number(self, form):
        value = struct.unpack_from(form, self.rest)[0]
        self.rest = self.rest[struct.calcsize(form):]
        return value

    def text(self):
        size = self.number("<H")
        value, self.rest = self.rest[:size], self.rest[size:]
        return value


def show(title, token, remark=""):
    reader = Reader(token)
    reader.text(), reader.text()
    expire = [reader.number("<I") for _ in range(3)][1]
    services = []
    for _ in range(reader.number("<H")):
        kind = reader.number("<H")
        privileges = {reader.number("<H"): reader.number("<I") for _ in range(reader.number("<H"))}
        reader.text()
        role = ""
        if kind == 7:
            reader.text()
            role = f" role {reader.number('<h')}"
        services.append(f"{kind}: {privileges}{role}")
    print(f"{title}: {expire} s, {'; '.join(services)}{remark}")


for line in sys.stdin.read().splitlines():
    show(*line.split("\t"))
for builder in (ApaasTokenBuilder, EducationTokenBuilder):
    for role in (2, 0):
        show(f"Python {builder.__name__}, role {role}", builder.build_room_user_token("a" * 32, "c" * 32, "room", "alice", role, 600))
PY
(cd "$folder" && node show.js) | "$folder/venv/bin/python" "$folder/show.py" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
Node ApaasTokenBuilder, role 2: 600 s, 2: {1: 600}; 5: {1: 600}; 7: {} role 2, its own reader: 2
Node ApaasTokenBuilder, role 0: 600 s, 2: {1: 600}; 5: {1: 600}; 7: {} role -1, its own reader: 65535
Node EducationTokenBuilder, role 2: 600 s, 2: {1: 600}; 5: {1: 600}; 7: {} role 2, its own reader: 2
Node EducationTokenBuilder, role 0: 600 s, 2: {1: 600}; 5: {1: 600}; 7: {} role -1, its own reader: 65535
Python ApaasTokenBuilder, role 2: 600 s, 2: {1: 600}; 5: {1: 600}; 7: {1: 600} role 2
Python ApaasTokenBuilder, role 0: 600 s, 2: {1: 600}; 5: {1: 600}; 7: {1: 600} role 0
Python EducationTokenBuilder, role 2: 600 s, 2: {1: 600}; 5: {1: 600}; 7: {1: 600} role 2
Python EducationTokenBuilder, role 0: 600 s, 2: {1: 600}; 5: {1: 600}; 7: {1: 600} role 0
SEEN
echo 'as described'
