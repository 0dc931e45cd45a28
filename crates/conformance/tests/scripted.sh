#!/bin/sh
# A harness that misbehaves as it is told: scripted.sh MODE [ID], the latter where it happens at one question alone.
mode=$1
at=${2:-}

[ "$mode" = no-start ] && exit 7
while IFS= read -r line; do
    id=${line#*\"id\":}
    id=${id%%[,\}]*}
    case "$line" in
    *'"do":"stop"'*) exit 0 ;;
    *'"do":"start"'*)
        case "$mode" in
        silent-start) sleep 60 ;;
        slow-start) sleep 0.3 ;;
        other-protocol) printf '{"id":0,"protocol":2,"sdk":{"name":"x","version":"1","language":"sh"},"can":[]}\n' && continue ;;
        no-sdk) printf '{"id":0,"protocol":1,"can":[]}\n' && continue ;;
        chatty) echo 'Welcome!' ;;
        esac
        printf '{"id":0,"protocol":1,"sdk":{"name":"scripted","version":"1","language":"sh"},"can":["check","usersig_read","webhook","count_members"]}\n'
        continue
        ;;
    esac
    if [ -z "$at" ] || [ "$at" = "$id" ]; then
        case "$mode" in
        crash) echo 'it hurts' >&2 && exit 3 ;;
        signal) kill -9 $$ ;;
        silence) sleep 60 ;;
        no-json) echo 'nonsense' && continue ;;
        no-reply) printf '{"id":%s}\n' "$id" && continue ;;
        wrong-id) printf '{"id":%s,"value":{"accepted":true}}\n' "$((id + 1))" && continue ;;
        closed) exec >&- && sleep 60 ;;
        skip) printf '{"id":%s,"skipped":{"why":"it cannot","url":"https://example.com/1"}}\n' "$id" && continue ;;
        failed) printf '{"id":%s,"failed":{"message":"no disk"}}\n' "$id" && continue ;;
        refuse) printf '{"id":%s,"raised":{"type":"Error","message":"no"}}\n' "$id" && continue ;;
        esac
    fi
    printf '{"id":%s,"value":{"accepted":true}}\n' "$id"
done
