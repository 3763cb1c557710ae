# SPDX-License-Identifier: MIT
# Sourced: a PostgreSQL server of our own in a temporary folder, reached through a socket there.
#     pg_start || skip; ... "$PG_URL" ...; pg_restart fast|immediate; pg_stop
# The server refuses to run as root: then it runs as the user postgres of the Debian package.
pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
[ -n "$pg_bin" ] || pg_bin=$(dirname "$(command -v pg_ctl 2>/dev/null || echo /nowhere/x)")

pg_as() {
    if [ "$(id -u)" -eq 0 ]; then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
}

pg_ctl() { # arguments of pg_ctl
    (cd / && pg_as "$pg_bin/pg_ctl" -D "$pg_dir/data" -l "$pg_dir/log" -w -t 60 \
        -o "-k $pg_dir -c listen_addresses=''" "$@") >/dev/null 2>&1
}

pg_start() {
    if [ ! -x "$pg_bin/initdb" ]; then
        echo "SKIP: no PostgreSQL server (Debian package postgresql)"
        return 1
    fi
    if [ "$(id -u)" -eq 0 ] && ! id postgres >/dev/null 2>&1; then
        echo "SKIP: PostgreSQL does not run as root and there is no user postgres"
        return 1
    fi
    # Short: a socket's path has 107 bytes.
    pg_dir=$(mktemp -d /tmp/wick-pg-XXXXXX) || return 1
    [ "$(id -u)" -ne 0 ] || chown postgres "$pg_dir"
    if ! (cd / && pg_as "$pg_bin/initdb" -D "$pg_dir/data" -A trust -U wick -N) \
        >"$pg_dir.out" 2>&1 || ! pg_ctl start; then
        echo "SKIP: PostgreSQL cannot be started here:"
        tail -n 3 "$pg_dir.out"
        [ ! -e "$pg_dir/log" ] || tail -n 3 "$pg_dir/log"
        pg_stop
        return 1
    fi
    rm -f "$pg_dir.out"
    PG_URL="postgresql://wick@/postgres?host=$pg_dir"
}

pg_restart() { # fast: as an administrator does; immediate: as a crash
    pg_ctl -m "$1" restart
}

pg_stop() {
    [ -z "$pg_dir" ] || pg_ctl -m immediate stop
    rm -rf "$pg_dir" "$pg_dir.out"
}
