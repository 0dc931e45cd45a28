#!/usr/bin/env bash
# tls-sig-api 1.4 (PyPI, signatures of the scheme before 2019): a fresh installation cannot sign.
#
# Expected: `pip install tls-sig-api` gives a package that signs with its own example key; it is the last release, and it asks for
#   `pyOpenSSL` in any version.
# Found: it signs with `OpenSSL.crypto.sign`, which pyOpenSSL deprecated in 23.3.0 and has removed since. With 26.4.0 each signature ends in
#   an AttributeError; with 23.3.0 it works. So an app of the old scheme breaks with its next fresh installation, not with a change of its own.
# Why it matters here: the way out is the scheme of today (HMAC, `avmarks usersig sign`), since the old one is only read by apps that never
#   changed; `avmarks usersig explain` names an old signature.
# Seen: the two lines that this script prints. Usage: findings/tls-sig-api-needs-old-openssl.sh    (needs Python 3.10 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/sign.py" <<'PY'
import TLSSigAPI

try:
    signature = TLSSigAPI.TLSSigAPI(1400000000, TLSSigAPI.ecdsa_pri_key, TLSSigAPI.ecdsa_pub_key).tls_gen_sig("admin")
    print("a signature" if signature.startswith("eJ") else signature)
except AttributeError as error:
    print(error)
PY
for version in 23.3.0 26.4.0; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install --quiet --disable-pip-version-check tls-sig-api==1.4 pyOpenSSL==$version
    echo "pyOpenSSL $version: $("$folder/$version/bin/python" -W ignore "$folder/sign.py")"
done | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
pyOpenSSL 23.3.0: a signature
pyOpenSSL 26.4.0: module 'OpenSSL.crypto' has no attribute 'sign'
SEEN
echo 'as described'
