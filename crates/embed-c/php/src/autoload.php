<?php

declare(strict_types=1);

foreach (['AvmarksException', 'Avmarks', 'Handle'] as $name) {
    require_once __DIR__ . "/$name.php";
}
