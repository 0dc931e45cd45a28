package io.github.avmarks;

/** An invalid request. The message begins with the pointer, if there is one. */
public final class AvmarksException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String kind;
    private final String pointer;

    AvmarksException(String kind, String pointer, String message) {
        super(pointer == null || pointer.isEmpty() ? message : pointer + ": " + message);
        this.kind = kind;
        this.pointer = pointer;
    }

    /** One of the words in {@code docs/embed.md}. */
    public String kind() {
        return kind;
    }

    /** A JSON pointer to the field, or null. */
    public String pointer() {
        return pointer;
    }
}
