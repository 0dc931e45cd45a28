package io.github.avmarks;

/** A question that could not be put. */
public final class AvmarksException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String kind;
    private final String pointer;

    AvmarksException(String kind, String pointer, String message) {
        super(message);
        this.kind = kind;
        this.pointer = pointer;
    }

    /** One of a closed list of words. */
    public String kind() {
        return kind;
    }

    /** A JSON pointer into the request, or null. */
    public String pointer() {
        return pointer;
    }
}
