#!/bin/sh
# boot.sh ROOT: real systemd as the init of ROOT, in namespaces of its own; ends when that system does.
# Works on hosts with the unified cgroup hierarchy and with the old ones; needs root, no container runtime.
set -eu
root=${1:?usage: boot.sh ROOT}
group=keelson-test-$$

# Into a cgroup of our own, so that the cgroup namespace begins there.
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  unified=1
  mkdir -p "/sys/fs/cgroup/$group"
  echo $$ > "/sys/fs/cgroup/$group/cgroup.procs"
else
  unified=
  for tree in /sys/fs/cgroup/*/; do
    [ -e "$tree/cgroup.procs" ] || continue
    mkdir -p "$tree/$group"
    for set in cpuset.cpus cpuset.mems; do
      [ -e "$tree/$set" ] && cat "$tree/$set" > "$tree/$group/$set"
    done
    echo $$ > "$tree/$group/cgroup.procs"
  done
fi

export root unified
exec unshare --pid --fork --mount --uts --ipc --net --cgroup --kill-child --propagation private sh -euc '
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
# A boot of its own, as for a container of systemd-nspawn: the kernel has been up for longer.
cat /proc/sys/kernel/random/uuid > "$root/run/boot-id"
mount --bind "$root/run/boot-id" "$root/proc/sys/kernel/random/boot_id"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for node in null zero full random urandom tty; do
  : > "$root/dev/$node"
  mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
if [ -n "$unified" ]; then
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
else
  mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
  mkdir "$root/sys/fs/cgroup/systemd" "$root/sys/fs/cgroup/unified"
  mount -t cgroup -o none,name=systemd,xattr cgroup "$root/sys/fs/cgroup/systemd"
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/unified"
  for controller in cpu cpuacct cpuset memory devices freezer blkio pids; do
    [ -d "/sys/fs/cgroup/$controller" ] || continue
    mkdir "$root/sys/fs/cgroup/$controller"
    mount -t cgroup -o "$controller" cgroup "$root/sys/fs/cgroup/$controller"
  done
fi
cd "$root"
pivot_root . mnt
umount -l /mnt
exec env -i container=keelson-test PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --show-status=0
'
