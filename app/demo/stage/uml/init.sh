#!/bin/bash
# PID 1 of the guest. Its root is the host's, read-only; $LAGOON_DIR is the stage's work directory, writable. Each
# link comes in as vecN (a tap of the host) and is joined to one end, spN, of a veth pair whose other end, ethN, is
# for setup.sh to aggregate: so that ethN has a carrier that can be lost.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mknod /run/host c 4 64
# opened before the host is told that anyone listens: what it says to a closed line is lost
exec 3<>/run/host
stty raw -echo <&3

die() {
	echo "failed $*" >&3
	sleep 1
	echo o >/proc/sysrq-trigger
	sleep 60
}

mkdir -p "$LAGOON_DIR" 2>/dev/null # (is there, unless it was hidden just now)
# sync: the host sees what a program here has written when it has written it
mount -t hostfs none "$LAGOON_DIR" -o "sync,$LAGOON_DIR" || die "$LAGOON_DIR cannot be mounted"
cd "$LAGOON_DIR/$LAGOON_GUEST" || die "no $LAGOON_DIR/$LAGOON_GUEST"

# modprobe looks for lib/modules (or usr/lib/modules) under a root; the guest's are elsewhere
mkdir -p /run/root/lib /run/root/usr/lib
ln -s /usr/lib/uml/modules /run/root/lib/modules
ln -s /usr/lib/uml/modules /run/root/usr/lib/modules
printf '#!/bin/sh\nexec modprobe -d /run/root "$@"\n' >/run/modprobe
chmod +x /run/modprobe
echo /run/modprobe >/proc/sys/kernel/modprobe
# (bonding brings IPv6 along; nothing of its own is to go over the links)
/run/modprobe -a ipv6 veth sch_ingress cls_matchall act_mirred || die "modules of the guest do not load"
for all in all default; do echo 1 >/proc/sys/net/ipv6/conf/$all/disable_ipv6; done 2>/dev/null

for ((i = 0; i < LAGOON_LINKS; i++)); do
	mac=$(printf '%s:%02x' "$LAGOON_MAC" $((i + 1)))
	echo "link add sp$i type veth peer name eth$i address $mac"
	echo "link set sp$i up"
	echo "link set vec$i up"
	for end in "sp$i vec$i" "vec$i sp$i"; do
		read -r from to <<<"$end"
		echo "qdisc add dev $from clsact" >&4
		echo "filter add dev $from ingress prio 10 matchall action mirred egress redirect dev $to" >&4
	done
done >/run/ip.batch 4>/run/tc.batch
ip -batch /run/ip.batch || die "the links cannot be made"
tc -batch /run/tc.batch || die "the links cannot be joined"
ip link set lo up
# shellcheck source=/dev/null
. ./setup.sh || die "setup.sh"

carrier() { # N 0|1; writing the flags starts no process
	local flags
	flags=$(<"/sys/class/net/sp$1/flags")
	echo $((flags & ~1 | $2)) >"/sys/class/net/sp$1/flags"
}

run() { # ID: what ID.sh is, told when it ends
	local pid
	bash "$1.sh" </dev/null 3<&- &
	pid=$!
	echo "pid $1 $pid" >&3
	wait $pid
	echo "done $1 $?" >&3
}

echo ready >&3
# The loop ends when the host says so, and when the host's program is gone.
while read -r verb what <&3; do
	case $verb in
	up) carrier "$what" 1 ;;
	down) carrier "$what" 0 ;;
	run) run "$what" & ;;
	kill) kill -TERM "$what" 2>/dev/null ;;
	halt) break ;;
	esac
done
echo o >/proc/sysrq-trigger
sleep 60
