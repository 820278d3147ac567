import type { RefusalCode } from '../refusal.ts';
import { PLACES } from './places.ts';

const COMPOSE_CODE: RefusalCode = 'plain-compose';
const SUDO_CODE: RefusalCode = 'sudo-docker';
/** The exit code of a refusal. */
const REFUSED = 2;
const WITHOUT_SHIMS = `PATH=$(printf %s "$PATH" | sed 's|${PLACES.shims}:||g')\nexport PATH`;

/** What docker takes before its command together with a value. */
const WITH_VALUE = '-H|--host|-c|--context|-l|--log-level|--config|--tlscacert|--tlscert|--tlskey';

function dockerShim(): string {
  return `#!/bin/sh
# docker is given what it needs; but 'docker compose' knows nothing of addresses and labels.
word=
skip=
for argument; do
	if [ -n "$skip" ]; then skip=; continue; fi
	case $argument in
	${WITH_VALUE}) skip=1 ;;
	-*) ;;
	*) word=$argument; break ;;
	esac
done
if [ "$word" = compose ]; then
	while [ "$1" != compose ]; do shift; done
	shift
	echo "renet: 'docker compose' knows nothing of this repository's addresses and labels." >&2
	echo "Write: renet compose -- $* [${COMPOSE_CODE}]" >&2
	exit ${REFUSED}
fi
${WITHOUT_SHIMS}
exec docker "$@"
`;
}

function composeShim(): string {
  return `#!/bin/sh
echo "renet: docker-compose knows nothing of this repository's addresses and labels." >&2
echo "Write: renet compose -- $* [${COMPOSE_CODE}]" >&2
exit ${REFUSED}
`;
}

function sudoShim(): string {
  return `#!/bin/sh
# sudo takes the environment away, and with it the way to the repository's own daemon.
for argument; do
	case $argument in
	docker | */docker | docker-compose | */docker-compose)
		echo "renet: 'sudo docker' would ask the machine's Docker daemon, not this repository's; and this runs as root." >&2
		echo "Write it without sudo. [${SUDO_CODE}]" >&2
		exit ${REFUSED}
		;;
	esac
done
${WITHOUT_SHIMS}
if ! command -v sudo >/dev/null; then exec "$@"; fi
exec sudo "$@"
`;
}

/** Programs that stand before others on the PATH of a Rediaccfile, by name. */
export const SHIMS: Readonly<Record<string, string>> = {
  docker: dockerShim(),
  'docker-compose': composeShim(),
  sudo: sudoShim(),
};

/** An environment in which docker is docker. */
export function withoutShims<T extends Readonly<Record<string, string | undefined>>>(environment: T): T {
  const path = environment['PATH']
    ?.split(':')
    .filter((folder) => folder !== PLACES.shims)
    .join(':');
  return { ...environment, ...(path === undefined ? {} : { PATH: path }) };
}
