// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Whose a process is, and what it may reach on the loopback.
#pragma once
#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_core_read.h>

// Kept free of libc's headers, which bring those of the machine's processor.
enum { AF_INET_ = 2, AF_INET6_ = 10, SOCK_RAW_ = 3, ETH_P_IP_ = 0x0800 };
enum { EADDRNOTAVAIL_ = 99, ECONNREFUSED_ = 111 };

#define LOCALHOST 0x7f000001
#define SUBNET_MASK 63u				// a /26
#define FIRST_SUBNET 0x7f000b00			// 127.0.11.0
#define MACHINE 0xac110001u			// 172.17.0.1, as which it connects to containers of Docker's own network
#define DNS_PORT 53
#define IS_LOOPBACK(ip) (((ip) >> 24) == 127)
// What a process means by "here": below the first subnet, with Debian's 127.0.1.1, and no address at all.
#define IS_LOCALHOST(ip) (!(ip) || (IS_LOOPBACK(ip) && (ip) < FIRST_SUBNET))
#define V4MAPPED bpf_htonl(0xffff)
// Verdicts of a program for bind: the second also lifts the need for CAP_NET_BIND_SERVICE below port 1024, as a container's own
// network does.
enum { DENY = 0, ALLOW = 1, ALLOW_ANY_PORT = 3 };

// ---- who is who

enum kind {
	TENANT = 1,	// a container, or a step of a build
	DAEMON = 2,	// dockerd and containerd: ask the machine's resolver, listen nowhere
	APART = 3,	// has a network of its own: nothing here concerns it
};

// Addresses are in the processor's order.
struct tenant {
	__u32 subnet;	// 127.0.11.0
	__u32 service;	// where its localhost leads
	__u32 kind;
	__u32 pad;
};

// By cgroup id. The deepest of a process's cgroups that is here says who it is.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__type(key, __u64);
	__type(value, struct tenant);
} tenants SEC(".maps");

#define MAX_DEPTH 10

static __always_inline struct tenant *current_tenant(void)
{
	// As a rule a process is in the very cgroup that is known, not in one below.
	__u64 id = bpf_get_current_cgroup_id();
	struct tenant *tenant = bpf_map_lookup_elem(&tenants, &id);
	if (tenant)
		return tenant;
#pragma unroll
	for (int level = MAX_DEPTH; level > 0; level--) {
		id = bpf_get_current_ancestor_cgroup_id(level);
		if (id && (tenant = bpf_map_lookup_elem(&tenants, &id)))
			return tenant;
	}
	return 0;
}

static __always_inline struct tenant *receiver(struct __sk_buff *skb)
{
	__u64 id = bpf_skb_cgroup_id(skb);
	struct tenant *tenant = bpf_map_lookup_elem(&tenants, &id);
	if (tenant)
		return tenant;
#pragma unroll
	for (int level = MAX_DEPTH; level > 0; level--) {
		id = bpf_skb_ancestor_cgroup_id(skb, level);
		if (id && (tenant = bpf_map_lookup_elem(&tenants, &id)))
			return tenant;
	}
	return 0;
}

static __always_inline int is_apart(struct tenant *tenant)
{
	return tenant && tenant->kind == APART;
}

static __always_inline int is_own(struct tenant *tenant, __u32 ip)
{
	return (ip & ~SUBNET_MASK) == tenant->subnet;
}

// ---- loopback ports of the machine that the operator lets every repository reach

struct endpoint {
	__u32 ip;
	__u32 port;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct endpoint);
	__type(value, __u32);
} exceptions SEC(".maps");

static __always_inline int is_exception(__u32 ip, __u32 port)
{
	struct endpoint endpoint = { .ip = ip, .port = port };
	return bpf_map_lookup_elem(&exceptions, &endpoint) != 0;
}
