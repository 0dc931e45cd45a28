<?php

declare(strict_types=1);

namespace Avmarks;

/** The audio-video group marks API of Tencent Cloud Chat: requests checked before they are sent. `docs/embed.md` describes all requests. */
final class Avmarks
{
    private const ABI = 1;
    private static ?\FFI $ffi = null;

    /** The library: preloaded under the name of `avmarks-ffi.h`, or else that of AVMARKS_LIBRARY, or beside this file. */
    public static function ffi(): \FFI
    {
        return self::$ffi ??= self::load();
    }

    private static function load(): \FFI
    {
        try {
            $ffi = \FFI::scope('avmarks');
        } catch (\FFI\Exception) {
            $path = getenv('AVMARKS_LIBRARY') ?: __DIR__ . '/libavmarks.so';
            // The loader searches for a name without a slash.
            if (str_contains($path, '/') && !is_file($path)) {
                throw new \RuntimeException("there is no library `$path`: `.ci/bindings php` builds it; AVMARKS_LIBRARY is the path of another");
            }
            $ffi = \FFI::cdef((string) file_get_contents(__DIR__ . '/avmarks-ffi.h'), $path);
        }
        if ($ffi->avmarks_abi() !== self::ABI) {
            throw new \RuntimeException('the library has interface ' . $ffi->avmarks_abi() . ', and this package wants ' . self::ABI);
        }
        return $ffi;
    }

    /** Sends a request and returns the reply, which may be an `error`. */
    public static function call(string $request, string $body = ''): string
    {
        $ffi = self::ffi();
        return self::taken($ffi, $ffi->avmarks_call($request, strlen($request), $body, strlen($body), null));
    }

    /** @internal */
    public static function taken(\FFI $ffi, \FFI\CData $text): string
    {
        // No reply has a NUL in it, so that its length need not be asked for.
        $reply = \FFI::string($text);
        $ffi->avmarks_free($text, strlen($reply));
        return $reply;
    }

    /**
     * Sends a request, given its fields, and returns the reply.
     *
     * @param array<string, mixed> $fields
     * @throws AvmarksException if the request is invalid
     * @throws \JsonException if a field cannot be JSON: text that is not UTF-8, NaN
     */
    public static function ask(string $do, string $body = '', array $fields = []): mixed
    {
        return self::value(self::call(self::request($do, $fields), $body));
    }

    /**
     * Lists every rule that the body of a call breaks, as far as the body alone shows it.
     *
     * @param array<string, mixed> $fields
     * @return array{accepted: bool, violations: list<array{step: int, code: int, because: list<string>, pointer: ?string, message: string}>}
     * @throws AvmarksException if there is no such call or field
     */
    public static function check(string $endpoint, string $body, array $fields = []): array
    {
        return self::ask('check', $body, ['endpoint' => $endpoint] + $fields);
    }

    /**
     * @internal
     * @param array<string, mixed> $fields
     */
    public static function request(string $do, array $fields): string
    {
        return json_encode(['v' => 1, 'do' => $do] + $fields, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
    }

    /** @internal */
    public static function value(string $reply): mixed
    {
        $reply = json_decode($reply, true, 512, JSON_THROW_ON_ERROR);
        if (isset($reply['error'])) {
            throw new AvmarksException($reply['error']['kind'], $reply['error']['pointer'], $reply['error']['message']);
        }
        return $reply['ok'];
    }
}
