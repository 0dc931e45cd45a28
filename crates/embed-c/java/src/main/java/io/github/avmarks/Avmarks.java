package io.github.avmarks;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * The audio-video group marks API of Tencent Cloud Chat: requests checked before they are sent. {@code docs/embed.md} describes all
 * requests. Requests and replies are JSON, for the JSON library of your choice.
 */
public final class Avmarks {
    private static final int ABI = 1;
    private static final String OK = "{\"v\":1,\"ok\":";
    static final byte[] NOTHING = new byte[0];

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
        Objects.requireNonNull(request, "the request is null");
        Objects.requireNonNull(body, "the body is null: expected bytes, or an empty array");
        long out = Native.malloc(16L + request.length + body.length);
        if (out == 0) {
            throw new OutOfMemoryError("for a request of " + (request.length + (long) body.length) + " bytes");
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

    /** Sends a request and returns the reply, which may be an {@code error}. */
    public static byte[] call(byte[] request, byte[] body) {
        return asked(request, body, Avmarks::avmarks_call);
    }

    /** A request as bytes. */
    static byte[] encoded(String request) {
        return Objects.requireNonNull(request, "the request is null").getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Sends a request.
     *
     * @return the value of {@code ok} in the reply, as JSON
     * @throws AvmarksException if the request is invalid
     */
    public static String ask(String request, byte[] body) {
        return ok(call(encoded(request), body));
    }

    /** Sends a request without a body. */
    public static String ask(String request) {
        return ask(request, NOTHING);
    }

    /**
     * Lists every rule that the body of a call breaks, as far as the body alone shows it.
     *
     * @return {@code {"accepted":…,"violations":[…]}}
     * @throws AvmarksException if there is no such call
     */
    public static String check(String endpoint, byte[] body) {
        return ask("{\"v\":1,\"do\":\"check\",\"endpoint\":" + quoted(endpoint) + "}", body);
    }

    /** The value of {@code ok} in a reply. */
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
        Objects.requireNonNull(text, "the text is null");
        StringBuilder json = new StringBuilder("\"");
        text.codePoints().forEach(next -> {
            if (next == '"' || next == '\\') {
                json.append('\\').append((char) next);
            } else if (next < ' ' || Character.MIN_SURROGATE <= next && next <= Character.MAX_SURROGATE) {
                // UTF-8 has no half of a surrogate pair: escaped, it is refused instead of replaced by a question mark.
                json.append(String.format("\\u%04x", next));
            } else {
                json.appendCodePoint(next);
            }
        });
        return json.append('"').toString();
    }
}
