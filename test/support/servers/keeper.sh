#!/bin/sh
# Cleans up after a test process, however it ended: its end, even by SIGKILL, closes our standard input. Then every
# process that works in the folder is killed, what is mounted there is unmounted, and the folder is removed.
folder=$1
cat >/dev/null
for process in /proc/[0-9]*; do
  case $(readlink "$process/cwd") in
    "$folder" | "$folder"/*) kill -9 "${process#/proc/}" ;;
  esac
done 2>/dev/null
while read -r _ mounted _; do
  case $mounted in "$folder"/*) umount --lazy "$mounted" ;; esac
done </proc/mounts
rm -rf "$folder"
