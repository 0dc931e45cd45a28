<?php

declare(strict_types=1);

namespace Avmarks;

/** A machine that is kept between questions: a session or a job. */
final class Handle
{
    private ?\FFI\CData $handle;

    private function __construct(private readonly \FFI $ffi, \FFI\CData $handle)
    {
        $this->handle = $handle;
    }

    /**
     * A service with its groups; `$snapshot` is that of an earlier one.
     *
     * @param array<string, mixed> $fields
     */
    public static function session(string $snapshot = '', array $fields = []): self
    {
        return self::open('session', $snapshot, $fields);
    }

    /**
     * The caller without a socket; `$progress` is that of an earlier job of the same plans.
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

    /** Answers a question: the reply as it is, `error` included. */
    public function call(string $request, string $body = ''): string
    {
        $handle = $this->handle ?? throw new \LogicException('it is closed');
        $text = $this->ffi->avmarks_ask($handle, $request, strlen($request), $body, strlen($body), null);
        return Avmarks::taken($this->ffi, $text);
    }

    /**
     * Answers a question: its fields in, what it gave out.
     *
     * @param array<string, mixed> $fields
     * @throws AvmarksException where the question could not be put
     */
    public function ask(string $do, string $body = '', array $fields = []): mixed
    {
        return Avmarks::value($this->call(Avmarks::request($do, $fields), $body));
    }

    /** Gives the memory back. Nothing can be asked afterwards. */
    public function close(): void
    {
        if ($this->handle !== null) {
            $this->ffi->avmarks_close($this->handle);
            $this->handle = null;
        }
    }

    /** A copy would give the same memory back once more. */
    private function __clone()
    {
    }

    public function __destruct()
    {
        $this->close();
    }
}
