#!/usr/bin/env bash
# rocketchat-async 4.3.0 (PyPI), Python 3.11: the listener of the room subscribed last hears all rooms, and a refused message is sent without an error.
#
# Expected: `subscribe_to_channel_messages(room, callback)` calls that room's callback for that room's messages, and `unsubscribe` ends it. A message
#   that the server refuses (the account is muted) raises, as a refused login does.
# Found: callbacks are stored by the name of the stream, which is the same for all rooms. The second subscription replaces the first one's
#   callback: it hears both rooms and the first hears nothing. `unsubscribe` leaves it in place, so that the callback of
#   the room that was left goes on with the other room. `send_message` drops the answer, refusal and all, and returns None. The page's example
#   gives one callback to all rooms, which hides it.
# Why it matters here: a robot with one handler per room, as ours have, answers in the wrong one: a command said in English class is carried out on
#   the members of the maths class.
# Seen: the lines that this script prints. Usage: findings/rocketchat-async-last-listener-hears-all.sh    (needs Python 3.10 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check rocketchat-async==4.3.0 websockets==10.4
"$folder/venv/bin/python" - <<'PY' | tee "$folder/seen"
import asyncio
import json

import websockets
from rocketchat_async import RocketChat

REFUSED = {"isClientSafe": True, "error": "error-not-allowed", "reason": "You are muted"}
clients = []


async def serve(websocket):
    """The few answers of Rocket.Chat's realtime interface that this needs: it logs in whom it knows and refuses each message."""
    clients.append(websocket)
    async for text in websocket:
        message = json.loads(text)
        answer = {"id": message.get("id")}
        if message["msg"] == "connect":
            answer = {"msg": "connected", "session": "session"}
        elif message["msg"] == "method" and message["method"] == "login":
            known = message["params"][0]["user"]["username"] == "alice"
            answer |= {"msg": "result"} | ({"result": {"id": "1", "token": "token"}} if known else {"error": {"reason": "User not found"}})
        elif message["msg"] == "method":
            answer |= {"msg": "result", "error": REFUSED}
        elif message["msg"] == "sub":
            answer = {"msg": "ready", "subs": [message["id"]]}
        else:
            answer |= {"msg": "nosub"}
        await websocket.send(json.dumps(answer))


async def main():
    async with websockets.serve(serve, "127.0.0.1", 0) as server:
        address = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/websocket"
        try:
            await RocketChat().start(address, "unknown", "password")
        except RuntimeError as error:
            print(f"a refused login: {error}")
        chat = RocketChat()
        await chat.start(address, "alice", "password")
        heard = asyncio.Queue()

        async def say(room, text):
            event = {"_id": text, "rid": room, "msg": text, "u": {"_id": "2"}}
            fields = {"eventName": room, "args": [event]}
            await clients[-1].send(json.dumps({"msg": "changed", "collection": "stream-room-messages", "fields": fields}))
            print(f"{text!r} in {room} is heard by the listener of {await asyncio.wait_for(heard.get(), 20)}")

        subscriptions = {}
        for room in ("english", "maths"):
            subscriptions[room] = await chat.subscribe_to_channel_messages(room, lambda *_, room=room: heard.put_nowait(room))
        await say("english", "hello")
        await say("maths", "2 + 2")
        await chat.unsubscribe(subscriptions["maths"])
        await say("english", "hello again")
        print(f"a refused message: {await chat.send_message('hi', 'english')}")


asyncio.run(main())
PY
diff "$folder/seen" - <<'SEEN'
a refused login: User not found
'hello' in english is heard by the listener of maths
'2 + 2' in maths is heard by the listener of maths
'hello again' in english is heard by the listener of maths
a refused message: None
SEEN
echo 'as described'
