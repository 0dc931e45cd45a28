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
        not-utf8) printf '{"id":%s,"value":"\377"}\n' "$id" && continue ;;
        huge) head -c 17000000 /dev/zero | tr '\000' x && echo && continue ;;
        endless) exec tr '\000' x </dev/zero ;;
        doubled) printf '{"id":%s,"value":{"accepted":true}}\n' "$id" ;;
        later) later=$id ;;
        odd) printf '{"id":%s,"failed":{"message":"a\\u0000b\\u001b\\ud83d\\ude00\\uffff\\r\\n\\"<]]>&\\u0085"}}\n' "$id" && continue ;;
        skip) printf '{"id":%s,"skipped":{"why":"it cannot","url":"https://example.com/1"}}\n' "$id" && continue ;;
        failed) printf '{"id":%s,"failed":{"message":"no disk"}}\n' "$id" && continue ;;
        refuse) printf '{"id":%s,"raised":{"type":"Error","message":"no"}}\n' "$id" && continue ;;
        esac
    fi
    # The second reply to a question, when the next one is asked already.
    [ -z "${later:-}" ] || [ "$later" = "$id" ] || { printf '{"id":%s,"value":{"accepted":true}}\n' "$later" && later=''; }
    printf '{"id":%s,"value":{"accepted":true}}\n' "$id"
done
