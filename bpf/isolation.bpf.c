// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Keeps repositories apart on the machine's loopback. Attached once to the cgroup above all repositories (flag "multi"), so that no
// process outside runs any of it. docs/isolation.md says what it promises.
//
// Fails closed: a process in that cgroup whose cgroups are not in the map `tenants` has no loopback and cannot listen.
#include "refused.h"
#include "tenants.h"

// ---- sockets: raw ones pass none of the hooks below, and MPTCP's not all (Go listens with it, and takes TCP where it is refused)

SEC("cgroup/sock_create") int sock_create(struct bpf_sock *sock)
{
	struct tenant *tenant;
	struct refusals *refusals;
	__u32 protocol = sock->protocol;
	int is_plain = protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
	if (is_plain && sock->type != SOCK_RAW_)
		return ALLOW;
	tenant = current_tenant();
	if (is_apart(tenant))
		return ALLOW;
	refusals = refusals_of(tenant);
	if (refusals)
		__sync_fetch_and_add(&refusals->sockets, 1);
	return DENY;
}

// The verifier takes a context only where it began; clang would keep the address of a field from the load to the store.
#define FORGET(ctx) asm volatile("" : "+r"(ctx))

// ---- bind

// The address to listen on instead; 0: none.
static __always_inline __u32 listen_on(struct tenant *tenant, __u32 ip)
{
	if (!tenant || tenant->kind != TENANT)
		return 0;
	if (is_own(tenant, ip))
		return ip;
	return IS_LOCALHOST(ip) ? tenant->service : 0;
}

SEC("cgroup/bind4") int bind4(struct bpf_sock_addr *ctx)
{
	struct tenant *tenant = current_tenant();
	__u32 ip = bpf_ntohl(ctx->user_ip4);
	// Clients and resolvers bind to nothing at all, and an address of 127.0.0.0/8 would keep them from the world. Should it
	// listen, `ingress` lets nothing in.
	if (is_apart(tenant) || (ip == 0 && ctx->user_port == 0))
		return ALLOW;
	ip = listen_on(tenant, ip);
	if (!ip)
		return refuse_listener(tenant);
	FORGET(ctx);
	ctx->user_ip4 = bpf_htonl(ip);
	return ALLOW_ANY_PORT;
}

// IPV6_V6ONLY, which bpf_getsockopt does not know.
struct sock_common {
	unsigned char skc_ipv6only : 1;
} __attribute__((preserve_access_index));
struct sock {
	struct sock_common __sk_common;
} __attribute__((preserve_access_index));

static __always_inline int is_v6only(struct bpf_sock_addr *ctx)
{
	struct sock *sock = ctx->protocol == IPPROTO_TCP ? (void *)bpf_skc_to_tcp6_sock(ctx->sk)
							 : (void *)bpf_skc_to_udp6_sock(ctx->sk);
	return sock ? BPF_CORE_READ_BITFIELD(sock, __sk_common.skc_ipv6only) : 1;
}

SEC("cgroup/bind6") int bind6(struct bpf_sock_addr *ctx)
{
	struct tenant *tenant = current_tenant();
	__u32 a0 = ctx->user_ip6[0], a1 = ctx->user_ip6[1], a2 = ctx->user_ip6[2], a3 = bpf_ntohl(ctx->user_ip6[3]), ip;
	int is_mapped = !a0 && !a1 && a2 == V4MAPPED, is_here = !a0 && !a1 && !a2 && a3 <= 1;	// :: or ::1
	if (is_apart(tenant) || ((is_mapped || is_here) && a3 == 0 && ctx->user_port == 0))
		return ALLOW;
	if (!is_mapped && !is_here)
		return refuse_listener(tenant);
	ip = listen_on(tenant, is_mapped ? a3 : 0);
	if (!ip)
		return refuse_listener(tenant);
	// It listens on 0.0.0.0 as well, as nginx does, and cannot have an IPv4 address: a port that nobody knows is a dead end.
	if (is_here && is_v6only(ctx)) {
		FORGET(ctx);
		ctx->user_ip6[3] = bpf_htonl(1);
		ctx->user_port = 0;
		return ALLOW;
	}
	FORGET(ctx);
	ctx->user_ip6[2] = V4MAPPED;
	ctx->user_ip6[3] = bpf_htonl(ip);
	return ALLOW_ANY_PORT;
}

// ---- connect, and sendto without it

// The address to reach instead; 0: none.
static __always_inline __u32 reach(struct tenant *tenant, __u32 ip, __u32 port)
{
	if (ip && !IS_LOOPBACK(ip))
		return ip;
	if (!tenant)
		return 0;
	if (is_own(tenant, ip) || is_exception(ip, port))
		return ip;
	if (!IS_LOCALHOST(ip))
		return 0;
	if (tenant->kind == DAEMON)
		return port == DNS_PORT ? ip : 0;
	return tenant->service;
}

// Whose services see it as itself, not as 127.0.0.1, whom they may trust. Only for TCP: a socket of UDP may connect again, elsewhere.
static __always_inline int shows_itself(struct tenant *tenant, __u32 ip, __u32 protocol)
{
	return tenant && tenant->kind == TENANT && IS_LOOPBACK(ip) && protocol == IPPROTO_TCP;
}

// The machine itself comes from localhost: as a rule that is Traefik, with somebody from outside, whom nobody may take for a process
// beside oneself.
static __always_inline __u32 as_machine(struct tenant *tenant, __u32 ip, __u32 port)
{
	if (!tenant || tenant->kind != TENANT || !IS_LOOPBACK(ip) || !IS_LOCALHOST(ip) || is_exception(ip, port))
		return ip;
	return MACHINE;
}

// Whom a socket of UDP talks to on 127.0.0.1, by the port there.
struct peer {
	__u64 socket;
	__u32 port;
	__u32 pad;
};
enum { SPOKE_FIRST = 1, WAS_REWRITTEN = 2 };
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct peer);
	__type(value, __u32);
} peers SEC(".maps");

static __always_inline void remember(struct bpf_sock_addr *ctx, __u32 what)
{
	struct peer peer = { .socket = bpf_get_socket_cookie(ctx), .port = ctx->user_port };
	bpf_map_update_elem(&peers, &peer, &what, BPF_ANY);
}

static __always_inline int is_remembered(struct bpf_sock_addr *ctx, __u32 what)
{
	struct peer peer = { .socket = bpf_get_socket_cookie(ctx), .port = ctx->user_port };
	__u32 *known = bpf_map_lookup_elem(&peers, &peer);
	return known && *known == what;
}

SEC("cgroup/connect4") int connect4(struct bpf_sock_addr *ctx)
{
	struct tenant *tenant = current_tenant();
	__u32 asked = bpf_ntohl(ctx->user_ip4), port = bpf_ntohs(ctx->user_port), ip = reach(tenant, asked, port);
	if (is_apart(tenant))
		return ALLOW;
	if (!ip)
		return refuse_connection(tenant, asked, port);
	if (ctx->protocol == IPPROTO_UDP && asked == LOCALHOST && ip != asked)
		remember(ctx, WAS_REWRITTEN);
	FORGET(ctx);
	ctx->user_ip4 = bpf_htonl(ip);
	if (shows_itself(tenant, ip, ctx->protocol)) {
		struct sockaddr_in from = {};
		from.sin_family = AF_INET_;
		from.sin_addr.s_addr = bpf_htonl(tenant->service);
		bpf_bind(ctx, (void *)&from, sizeof from);
	}
	return ALLOW;
}

SEC("cgroup/connect6") int connect6(struct bpf_sock_addr *ctx)
{
	struct tenant *tenant = current_tenant();
	__u32 a0 = ctx->user_ip6[0], a1 = ctx->user_ip6[1], a2 = ctx->user_ip6[2], a3 = bpf_ntohl(ctx->user_ip6[3]);
	__u32 asked = a2 == V4MAPPED ? a3 : LOCALHOST, port = bpf_ntohs(ctx->user_port), ip;
	if (is_apart(tenant) || a0 || a1 || !(a2 == V4MAPPED || (!a2 && a3 <= 1)))
		return ALLOW;
	ip = reach(tenant, a2 == V4MAPPED ? a3 : 0, port);
	if (!ip)
		return refuse_connection(tenant, asked, port);
	if (ctx->protocol == IPPROTO_UDP && asked == LOCALHOST && ip != asked)
		remember(ctx, WAS_REWRITTEN);
	FORGET(ctx);
	ctx->user_ip6[2] = V4MAPPED;
	ctx->user_ip6[3] = bpf_htonl(ip);
	if (shows_itself(tenant, ip, ctx->protocol)) {
		struct sockaddr_in6 from = {};
		from.sin6_family = AF_INET6_;
		from.sin6_addr.s6_addr32[2] = V4MAPPED;
		from.sin6_addr.s6_addr32[3] = bpf_htonl(tenant->service);
		bpf_bind(ctx, (void *)&from, sizeof from);
	}
	return ALLOW;
}

// Sockets of IPv6 that send to a mapped address come here, too.
SEC("cgroup/sendmsg4") int sendmsg4(struct bpf_sock_addr *ctx)
{
	struct tenant *tenant = current_tenant();
	__u32 to = bpf_ntohl(ctx->user_ip4), port = bpf_ntohs(ctx->user_port), ip = reach(tenant, to, port);
	if (is_apart(tenant))
		return ALLOW;
	if (to == MACHINE && is_remembered(ctx, SPOKE_FIRST))
		ip = LOCALHOST;
	else if (to == LOCALHOST && ip && ip != to)
		remember(ctx, WAS_REWRITTEN);
	if (!ip)
		return refuse_connection(tenant, to, port);
	FORGET(ctx);
	ctx->user_ip4 = bpf_htonl(ip);
	return ALLOW;
}

// Here an address cannot become a mapped one (the kernel answers ENOTSUPP).
SEC("cgroup/sendmsg6") int sendmsg6(struct bpf_sock_addr *ctx)
{
	struct tenant *tenant = current_tenant();
	if (ctx->user_ip6[0] || ctx->user_ip6[1] || ctx->user_ip6[2] || bpf_ntohl(ctx->user_ip6[3]) > 1 || is_apart(tenant))
		return ALLOW;
	return refuse_connection(tenant, LOCALHOST, bpf_ntohs(ctx->user_port));
}

// Whom a datagram is from, as the receiver is told. An answer comes from where it was asked.
static __always_inline __u32 sender(struct tenant *tenant, struct bpf_sock_addr *ctx, __u32 from)
{
	if (from == LOCALHOST)
		remember(ctx, SPOKE_FIRST);
	if (tenant && from == tenant->service)
		return is_remembered(ctx, WAS_REWRITTEN) ? LOCALHOST : from;
	return as_machine(tenant, from, bpf_ntohs(ctx->user_port));
}

SEC("cgroup/recvmsg4") int recvmsg4(struct bpf_sock_addr *ctx)
{
	__u32 from = sender(current_tenant(), ctx, bpf_ntohl(ctx->user_ip4));
	FORGET(ctx);
	ctx->user_ip4 = bpf_htonl(from);
	return ALLOW;
}

SEC("cgroup/recvmsg6") int recvmsg6(struct bpf_sock_addr *ctx)
{
	__u32 from;
	if (ctx->user_ip6[2] != V4MAPPED)
		return ALLOW;
	from = sender(current_tenant(), ctx, bpf_ntohl(ctx->user_ip6[3]));
	FORGET(ctx);
	ctx->user_ip6[3] = bpf_htonl(from);
	return ALLOW;
}

// Its own address is shown to it as localhost: to a client that asks whom it is connected to, and to a server that accepts.
static __always_inline __u32 other_end(struct tenant *tenant, __u32 ip, __u32 port)
{
	if (tenant && tenant->kind == TENANT && ip == tenant->service)
		return LOCALHOST;
	return as_machine(tenant, ip, port);
}

SEC("cgroup/getpeername4") int getpeername4(struct bpf_sock_addr *ctx)
{
	__u32 ip = other_end(current_tenant(), bpf_ntohl(ctx->user_ip4), bpf_ntohs(ctx->user_port));
	FORGET(ctx);
	ctx->user_ip4 = bpf_htonl(ip);
	return ALLOW;
}

SEC("cgroup/getpeername6") int getpeername6(struct bpf_sock_addr *ctx)
{
	__u32 ip;
	if (ctx->user_ip6[2] != V4MAPPED)
		return ALLOW;
	ip = other_end(current_tenant(), bpf_ntohl(ctx->user_ip6[3]), bpf_ntohs(ctx->user_port));
	FORGET(ctx);
	ctx->user_ip6[3] = bpf_htonl(ip);
	return ALLOW;
}

// ---- packets: what listens without bind, or on port 0 of all addresses, has passed no hook above

#define SOURCE_AND_DESTINATION 12	// of an IPv4 header
#define DESTINATION6 24			// of an IPv6 header

static __always_inline int ingress6(struct __sk_buff *skb, int listens)
{
	__u64 to[2];
	struct tenant *tenant;
	// Nothing is to come in, neither to a listener nor to ::1.
	if (!listens && !bpf_skb_load_bytes(skb, DESTINATION6, to, sizeof to) && !(to[0] == 0 && to[1] == bpf_cpu_to_be64(1)))
		return ALLOW;
	tenant = receiver(skb);
	return is_apart(tenant) ? ALLOW : drop(tenant);
}

// The port that a packet of UDP comes from.
static __always_inline __u32 source_port(struct __sk_buff *skb)
{
	__u8 first;
	__u16 port;
	if (bpf_skb_load_bytes(skb, 0, &first, sizeof first) || bpf_skb_load_bytes(skb, (first & 15) * 4, &port, sizeof port))
		return 0;
	return bpf_ntohs(port);
}

SEC("cgroup_skb/ingress") int ingress(struct __sk_buff *skb)
{
	struct bpf_sock *sock = skb->sk;
	struct tenant *tenant;
	__u32 addresses[2], from, to, port;
	int listens = sock && sock->state == BPF_TCP_LISTEN;
	// Connections were judged when they were made.
	if (sock && !listens && sock->state != BPF_TCP_CLOSE)
		return ALLOW;
	if (skb->protocol != bpf_htons(ETH_P_IP_))
		return ingress6(skb, listens);
	tenant = receiver(skb);
	if (is_apart(tenant))
		return ALLOW;
	if (bpf_skb_load_bytes(skb, SOURCE_AND_DESTINATION, addresses, sizeof addresses))
		return drop(tenant);
	from = bpf_ntohl(addresses[0]);
	to = bpf_ntohl(addresses[1]);
	if (tenant && is_own(tenant, to))
		return ALLOW;
	if (listens)
		return drop(tenant);
	if (!IS_LOOPBACK(to) || (tenant && is_own(tenant, from)))
		return ALLOW;
	// An answer to a socket of UDP that has no address of its own, from an exception or from the machine's resolver.
	port = source_port(skb);
	if (tenant && (is_exception(from, port) || (tenant->kind == DAEMON && IS_LOCALHOST(from) && port == DNS_PORT)))
		return ALLOW;
	return drop(tenant);
}

char _license[] SEC("license") = "Dual MIT/GPL";
