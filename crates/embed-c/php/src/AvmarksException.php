<?php

declare(strict_types=1);

namespace Avmarks;

/** A question that could not be put. */
final class AvmarksException extends \RuntimeException
{
    /** @param string $kind one of a closed list of words */
    public function __construct(public readonly string $kind, public readonly ?string $pointer, string $message)
    {
        parent::__construct($message);
    }
}
