// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Refusals: each is counted, by subnet; 0 for whoever is in no repository.
#pragma once
#include "tenants.h"

struct refusals {
	__u64 connections;	// connect, sendto
	__u64 listeners;	// bind
	__u64 sockets;		// raw, MPTCP, …
	__u64 packets;		// on their way in
	__u64 at;		// of the last connection, in ns since boot
	__u32 ip;
	__u32 port;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, struct refusals);
} refused SEC(".maps");

static __always_inline struct refusals *refusals_of(struct tenant *tenant)
{
	__u32 subnet = tenant ? tenant->subnet : 0;
	struct refusals *found = bpf_map_lookup_elem(&refused, &subnet), none = {};
	if (found)
		return found;
	bpf_map_update_elem(&refused, &subnet, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&refused, &subnet);
}

static __always_inline int refuse_connection(struct tenant *tenant, __u32 ip, __u32 port)
{
	struct refusals *refusals = refusals_of(tenant);
	if (refusals) {
		__sync_fetch_and_add(&refusals->connections, 1);
		refusals->at = bpf_ktime_get_ns();
		refusals->ip = ip;
		refusals->port = port;
	}
	bpf_set_retval(-ECONNREFUSED_);
	return DENY;
}

static __always_inline int refuse_listener(struct tenant *tenant)
{
	struct refusals *refusals = refusals_of(tenant);
	if (refusals)
		__sync_fetch_and_add(&refusals->listeners, 1);
	bpf_set_retval(-EADDRNOTAVAIL_);
	return DENY;
}

static __always_inline int drop(struct tenant *tenant)
{
	struct refusals *refusals = refusals_of(tenant);
	if (refusals)
		__sync_fetch_and_add(&refusals->packets, 1);
	return DENY;
}
