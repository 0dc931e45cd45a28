<?php

declare(strict_types=1);

namespace Avmarks;

/** A session or a job: state that is kept between requests. */
final class Handle
{
    private ?\FFI\CData $handle;

    private function __construct(private readonly \FFI $ffi, \FFI\CData $handle)
    {
        $this->handle = $handle;
    }

    /**
     * A service with its groups. `$snapshot` is that of an earlier session, as JSON; without it there are no groups.
     *
     * @param array<string, mixed> $fields
     */
    public static function session(string $snapshot = '', array $fields = []): self
    {
        return self::open('session', $snapshot, $fields);
    }

    /**
     * A client that says what to send and does no I/O. `$progress` is that of an earlier job with the same plans, as JSON.
     *
     * @param array<string, mixed> $fields
     */
    public static function job(array $fields, string $progress = ''): self
    {
        return self::open('job', $progress, $fields);
    }

    /** @param array<string, mixed> $fields */
    private static function open(string $do, string $body, array $fields): self
    {
        $ffi = Avmarks::ffi();
        $request = Avmarks::request($do, $fields);
        $handle = $ffi->new('avmarks_handle *');
        $text = $ffi->avmarks_open($request, strlen($request), $body, strlen($body), \FFI::addr($handle), null);
        Avmarks::value(Avmarks::taken($ffi, $text));
        return new self($ffi, $handle);
    }

    /** Sends a request and returns the reply, which may be an `error`. */
    public function call(string $request, string $body = ''): string
    {
        $handle = $this->handle ?? throw new \LogicException('the session or job is closed');
        $text = $this->ffi->avmarks_ask($handle, $request, strlen($request), $body, strlen($body), null);
        return Avmarks::taken($this->ffi, $text);
    }

    /**
     * Sends a request, given its fields, and returns the reply.
     *
     * @param array<string, mixed> $fields
     * @throws AvmarksException if the request is invalid
     * @throws \JsonException if a field cannot be JSON: text that is not UTF-8, NaN
     */
    public function ask(string $do, string $body = '', array $fields = []): mixed
    {
        return Avmarks::value($this->call(Avmarks::request($do, $fields), $body));
    }

    /** Frees the memory. Later requests throw a LogicException. */
    public function close(): void
    {
        if ($this->handle !== null) {
            $this->ffi->avmarks_close($this->handle);
            $this->handle = null;
        }
    }

    /** A copy would free the same memory once more. */
    private function __clone()
    {
    }

    public function __destruct()
    {
        $this->close();
    }
}
