/* SPDX-License-Identifier: MIT */
/* Event log of the pretended guest. Runs in the simulator; pure. */
#include "events.h"

#include "base/eventlog.h"

/* Types of the TCG PC client platform firmware profile that a boot log holds. */
#define EV_SEPARATOR                  4U
#define EV_EVENT_TAG                  6U
#define EV_PLATFORM_CONFIG_FLAGS      10U
#define EV_EFI_VARIABLE_DRIVER_CONFIG 0x80000001U
#define EV_EFI_VARIABLE_BOOT          0x80000002U
#define EV_EFI_BOOT_APPLICATION       0x80000003U
#define EV_EFI_ACTION                 0x80000007U
#define EV_EFI_HANDOFF_TABLES2        0x8000000bU
#define EV_EFI_FIRMWARE_BLOB2         0x8000000aU

/*
 * The boot of the older OVMF in the order of its log: 13 + 5 + 2 events. The
 * digest of an event is that of `measured`; where that is NULL, of its payload.
 */
static const struct boot_event {
	uint8_t imr;
	uint32_t type;
	const char *payload, *measured, *acpi_name;
	size_t zeros; /* the payload is this many zero bytes instead */
} boot_events[] = {
	{0, EV_EFI_HANDOFF_TABLES2, "NOT-A-TEE TdxTable", NULL, NULL, 0},
	{0, EV_EFI_FIRMWARE_BLOB2, "NOT-A-TEE firmware volume", NULL, NULL, 0},
	{0, EV_EFI_VARIABLE_DRIVER_CONFIG, "NOT-A-TEE SecureBoot", NULL, NULL, 0},
	{0, EV_EFI_VARIABLE_DRIVER_CONFIG, "NOT-A-TEE PK", NULL, NULL, 0},
	{0, EV_EFI_VARIABLE_DRIVER_CONFIG, "NOT-A-TEE KEK", NULL, NULL, 0},
	{0, EV_EFI_VARIABLE_DRIVER_CONFIG, "NOT-A-TEE db", NULL, NULL, 0},
	{0, EV_EFI_VARIABLE_DRIVER_CONFIG, "NOT-A-TEE dbx", NULL, NULL, 0},
	{0, EV_SEPARATOR, NULL, NULL, NULL, 4},
	{0, EV_PLATFORM_CONFIG_FLAGS, "ACPI DATA", "NOT-A-TEE acpi loader", "acpi-loader", 0},
	{0, EV_PLATFORM_CONFIG_FLAGS, "ACPI DATA", "NOT-A-TEE acpi rsdp", "acpi-rsdp", 0},
	{0, EV_PLATFORM_CONFIG_FLAGS, "ACPI DATA", "NOT-A-TEE acpi tables", "acpi-tables", 0},
	{1, EV_EFI_BOOT_APPLICATION, "NOT-A-TEE kernel", NULL, NULL, 0},
	{0, EV_EFI_VARIABLE_BOOT, "NOT-A-TEE BootOrder", NULL, NULL, 0},
	{0, EV_EFI_VARIABLE_BOOT, "NOT-A-TEE Boot0000", NULL, NULL, 0},
	{1, EV_EFI_ACTION, "Calling EFI Application from Boot Option", NULL, NULL, 0},
	{1, EV_SEPARATOR, NULL, NULL, NULL, 4},
	{2, EV_EVENT_TAG, "LOADED_IMAGE::LoadOptions", "NOT-A-TEE kernel command line", NULL, 0},
	{2, EV_EVENT_TAG, "Linux initrd", "NOT-A-TEE initrd", NULL, 0},
	{1, EV_EFI_ACTION, "Exit Boot Services Invocation", NULL, NULL, 0},
	{1, EV_EFI_ACTION, "Exit Boot Services Returned with Success", NULL, NULL, 0},
};

void evlog_boot(struct evlog *log, bool acpi)
{
	static const uint8_t zeros[4];
	size_t i;

	log->n = 0;
	for (i = 0; i < sizeof boot_events / sizeof *boot_events; i++) {
		const struct boot_event *b = &boot_events[i];
		struct measured *m = &log->ev[log->n++];

		*m = (struct measured){.imr = b->imr, .type = b->type};
		m->payload = b->payload ? slice_str(b->payload) : slice_of(zeros, b->zeros);
		if (acpi && b->acpi_name) m->name = slice_str(b->acpi_name);
		sha384(b->measured ? slice_str(b->measured) : m->payload, m->digest);
	}
}

enum err evlog_runtime(struct evlog *log, bool v2, struct slice name, struct slice payload)
{
	struct measured *m;

	if (log->n == EVLOG_MAX) return E_TOO_LARGE;
	m = &log->ev[log->n++];
	*m = (struct measured){
		.imr = 3, .v2 = v2, .type = EVENT_RUNTIME_TYPE, .name = name, .payload = payload};
	event_digest(v2, name, payload, m->digest);
	return E_OK;
}

void evlog_replay(const struct evlog *log, uint8_t rtmr[4][SHA384_LEN])
{
	size_t i;

	for (i = 0; i < 4 * SHA384_LEN; i++)
		rtmr[i / SHA384_LEN][i % SHA384_LEN] = 0;
	for (i = 0; i < log->n; i++) {
		const struct measured *m = &log->ev[i];

		sha384_two(slice_of(rtmr[m->imr], SHA384_LEN), SLICE_OF(m->digest), rtmr[m->imr]);
	}
}

/* What a stripped log keeps of an event (specs/dstack.md 2.4). */
static struct slice kept_payload(const struct measured *m)
{
	return m->imr == 3 || m->name.n ? m->payload : SLICE_NONE;
}

static struct slice kept_digest(const struct measured *m)
{
	/* V2 events keep theirs: without it an early verifier refused the log. */
	return m->imr == 3 && !m->v2 ? SLICE_NONE : slice_of(m->digest, SHA384_LEN);
}

/* The bytes that a V2 digest covers, as hex (specs/dstack.md 2.2). */
static void put_preimage(const struct measured *m, struct jw *w)
{
	struct buf text = buf_heap(6 * m->name.n + 2 * m->payload.n + 128);
	struct jw inner = jw_to(&text, true);

	jw_object(&inner);
	jw_key_str(&inner, "name", m->name);
	jw_key_hex(&inner, "payload", m->payload);
	jw_key_u64(&inner, "type", m->type);
	jw_object_end(&inner);
	jw_key_hex(w, "preimage", buf_slice(&text));
	if (text.err && !w->b->err) w->b->err = text.err;
	buf_drop(&text);
}

static void put_sorted(const struct measured *m, struct jw *w)
{
	jw_object(w);
	jw_key_hex(w, "digest", SLICE_OF(m->digest));
	jw_key_str(w, "event", m->name);
	jw_key_hex(w, "event_payload", m->payload);
	jw_key_u64(w, "event_type", m->type);
	jw_key_u64(w, "imr", m->imr);
	if (m->v2) jw_key_u64(w, "version", 2);
	jw_object_end(w);
}

static void put_event(const struct measured *m, bool strip, struct jw *w)
{
	jw_object(w);
	jw_key_u64(w, "imr", m->imr);
	jw_key_u64(w, "event_type", m->type);
	jw_key_hex(w, "digest", strip ? kept_digest(m) : slice_of(m->digest, SHA384_LEN));
	jw_key_str(w, "event", m->name);
	jw_key_hex(w, "event_payload", strip ? kept_payload(m) : m->payload);
	if (m->v2) {
		jw_key_u64(w, "version", 2);
		put_preimage(m, w);
	}
	jw_object_end(w);
}

void evlog_json(const struct evlog *log, enum evlog_form form, struct jw *w)
{
	size_t i;

	jw_array(w);
	for (i = 0; i < log->n; i++) {
		if (form == EVLOG_SORTED)
			put_sorted(&log->ev[i], w);
		else
			put_event(&log->ev[i], form == EVLOG_STRIPPED, w);
	}
	jw_array_end(w);
}

void scale_compact(struct buf *out, uint64_t v)
{
	if (v < 1U << 6)
		buf_u8(out, (uint8_t)(v << 2));
	else if (v < 1U << 14)
		buf_le16(out, (uint16_t)(v << 2 | 1));
	else if (v < 1U << 30)
		buf_le32(out, (uint32_t)(v << 2 | 2));
	else if (!out->err)
		out->err = E_TOO_LARGE;
}

void scale_bytes(struct buf *out, struct slice s)
{
	scale_compact(out, s.n);
	buf_put(out, s);
}

void evlog_scale(const struct evlog *log, bool only_runtime, struct buf *out)
{
	size_t i, shown = 0, runtime = 0;

	for (i = 0; i < log->n; i++) {
		const struct measured *m = &log->ev[i];

		runtime += m->imr == 3;
		shown += !only_runtime || m->imr == 3 || m->name.n;
	}
	scale_compact(out, shown);
	for (i = 0; i < log->n; i++) {
		const struct measured *m = &log->ev[i];

		if (only_runtime && m->imr != 3 && !m->name.n) continue;
		buf_le32(out, m->imr);
		buf_le32(out, m->type);
		scale_bytes(out, kept_digest(m));
		scale_bytes(out, m->name);
		scale_bytes(out, kept_payload(m));
	}
	scale_compact(out, runtime);
	for (i = 0; i < log->n; i++) {
		if (log->ev[i].imr != 3) continue;
		scale_bytes(out, log->ev[i].name);
		scale_bytes(out, log->ev[i].payload);
	}
}
