package io.github.avmarks;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;

/**
 * The audio-video group marks API of Tencent Cloud Chat: requests checked before they are sent. {@code docs/embed.md} has every
 * question. Requests are JSON, replies are JSON: bring the JSON library of your choice.
 */
public final class Avmarks {
    private static final int ABI = 1;
    private static final String OK = "{\"v\":1,\"ok\":";
    private static final byte[] NOTHING = new byte[0];

    static {
        Native.register(Avmarks.class, "avmarks");
        if (avmarks_abi() != ABI) {
            throw new UnsatisfiedLinkError("the library has interface " + avmarks_abi() + ", and this package wants " + ABI);
        }
    }

    private Avmarks() {}

    private static native int avmarks_abi();

    private static native long avmarks_call(long req, long reqLen, long body, long bodyLen, long outLen);

    static native long avmarks_open(long req, long reqLen, long body, long bodyLen, long out, long outLen);

    static native long avmarks_ask(long handle, long req, long reqLen, long body, long bodyLen, long outLen);

    static native void avmarks_close(long handle);

    private static native void avmarks_free(long text, long len);

    /** A function of the library. At {@code out} is room for the length of its reply, and 8 bytes more. */
    interface Asked {
        long ask(long req, long reqLen, long body, long bodyLen, long out);
    }

    /** Asks a function of the library. JNA would copy an array there and back; this copies it once. */
    static byte[] asked(byte[] request, byte[] body, Asked function) {
        long out = Native.malloc(16L + request.length + body.length);
        if (out == 0) {
            throw new OutOfMemoryError("for a question of " + (request.length + (long) body.length) + " bytes");
        }
        try {
            Pointer area = new Pointer(out);
            area.write(16, request, 0, request.length);
            area.write(16L + request.length, body, 0, body.length);
            long text = function.ask(out + 16, request.length, out + 16 + request.length, body.length, out);
            long length = area.getLong(0);
            try {
                return new Pointer(text).getByteArray(0, Math.toIntExact(length));
            } finally {
                avmarks_free(text, length);
            }
        } finally {
            Native.free(out);
        }
    }

    /** Answers a question: the reply as it is, {@code error} included. */
    public static byte[] call(byte[] request, byte[] body) {
        return asked(request, body, Avmarks::avmarks_call);
    }

    /**
     * Answers a question.
     *
     * @return what it gave, as JSON
     * @throws AvmarksException where the question could not be put
     */
    public static String ask(String request, byte[] body) {
        return ok(call(request.getBytes(StandardCharsets.UTF_8), body));
    }

    /** Answers a question that is about no bytes. */
    public static String ask(String request) {
        return ask(request, NOTHING);
    }

    /**
     * Everything that is wrong with the body of a call, as far as the body shows it.
     *
     * @return {@code {"accepted":…,"violations":[…]}}
     */
    public static String check(String endpoint, byte[] body) {
        return ask("{\"v\":1,\"do\":\"check\",\"endpoint\":" + quoted(endpoint) + "}", body);
    }

    /** What a reply gave. */
    static String ok(byte[] bytes) {
        String reply = new String(bytes, StandardCharsets.UTF_8);
        if (reply.startsWith(OK)) {
            return reply.substring(OK.length(), reply.length() - 1);
        }
        // {"v":1,"error":{"kind":"…","pointer":"…" or null,"message":"…"}}, always in this order.
        int[] at = {reply.indexOf("\"kind\":") + 7};
        String kind = text(reply, at);
        at[0] += ",\"pointer\":".length();
        String pointer = text(reply, at);
        at[0] += ",\"message\":".length();
        throw new AvmarksException(kind, pointer, text(reply, at));
    }

    /** The string at this place, or null; moves the place behind it. */
    private static String text(String json, int[] at) {
        if (json.charAt(at[0]) == 'n') {
            at[0] += "null".length();
            return null;
        }
        StringBuilder text = new StringBuilder();
        for (at[0]++; json.charAt(at[0]) != '"'; at[0]++) {
            char next = json.charAt(at[0]);
            if (next != '\\') {
                text.append(next);
                continue;
            }
            next = json.charAt(++at[0]);
            int plain = "bfnrt".indexOf(next);
            if (next == 'u') {
                text.append((char) Integer.parseInt(json.substring(at[0] + 1, at[0] + 5), 16));
                at[0] += 4;
            } else {
                text.append(plain < 0 ? next : "\b\f\n\r\t".charAt(plain));
            }
        }
        at[0]++;
        return text.toString();
    }

    /** A text as a JSON string, for requests that are put together by hand. */
    public static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (char next : text.toCharArray()) {
            if (next == '"' || next == '\\') {
                json.append('\\').append(next);
            } else if (next < ' ') {
                json.append(String.format("\\u%04x", (int) next));
            } else {
                json.append(next);
            }
        }
        return json.append('"').toString();
    }
}
