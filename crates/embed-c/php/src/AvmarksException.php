<?php

declare(strict_types=1);

namespace Avmarks;

/** An invalid request. The message begins with the pointer, if there is one. */
final class AvmarksException extends \RuntimeException
{
    /**
     * @param string $kind one of the words in `docs/embed.md`
     * @param ?string $pointer a JSON pointer to the field
     */
    public function __construct(public readonly string $kind, public readonly ?string $pointer, string $message)
    {
        parent::__construct(($pointer ?? '') === '' ? $message : "$pointer: $message");
    }
}
