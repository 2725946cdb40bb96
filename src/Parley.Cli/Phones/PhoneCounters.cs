using Parley.Cli.Monitoring;
using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Services.Messaging;
using Parley.Services.Presence;
using Parley.Services.Proxy;
using Parley.Services.Trunks;

namespace Parley.Cli.Phones;

/// <summary>What the server roles have counted, for the status port.</summary>
internal static class PhoneCounters
{
    public static IEnumerable<Counter> Of(LocationService locations, SourceGuard guard, EventService events, MessageService messages, PhoneCalls? calls, TrunkSet? trunks, ProxyCounters? proxy)
    {
        var places = locations.Counters;
        var lines = trunks?.Trunks.Select(one => one.Snapshot).ToList() ?? [];
        yield return new("conversations", calls?.Count ?? 0, false, "Calls between phones or with a trunk");
        yield return new("registered", places.Addresses, false, "Addresses of record with a phone registered");
        yield return new("registrations_pending", places.Pending, false, "Registrations that wait for the store");
        yield return new("registrations_committed_total", places.Commits, true, "Times registrations were made durable");
        yield return new("registrations_failed_total", places.CommitFailures, true, "Times registrations could not be made durable");
        yield return new("bans_total", guard.Bans, true, "Sources banned for wrong passwords");
        yield return new("slowed_total", guard.Slowed, true, "Messages dropped or refused because their source sent too many");
        yield return new("watchers", events.Watchers, false, "Subscriptions to presence, calls and the like");
        var texts = messages.Counters;
        yield return new("messages_delivered_total", texts.Delivered + texts.DeliveredLater, true, "Text messages that a phone took");
        yield return new("messages_kept_total", texts.Stored, true, "Text messages kept for later");
        yield return new("messages_expired_total", texts.Expired, true, "Text messages that nobody came for");
        yield return new("transfers_total", calls?.Transfers ?? 0, true, "Transfers that worked");
        yield return new("transfers_failed_total", calls?.TransfersFailed ?? 0, true, "Transfers that came to nothing");
        yield return new("trunk_calls", lines.Sum(one => one.Calls), false, "Calls through trunks");
        yield return new("trunks_down", lines.Count(one => one.State == TrunkState.Down), false, "Trunks that do not answer");
        yield return new("proxied", proxy?.Active ?? 0, false, "Requests being proxied");
        yield return new("proxied_total", proxy?.Requests ?? 0, true, "Requests proxied");
        yield return new("proxied_refused_total", proxy?.Refused ?? 0, true, "Requests the proxy refused");
    }
}
