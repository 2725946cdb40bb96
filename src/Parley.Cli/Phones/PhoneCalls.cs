using System.Collections.Concurrent;
using Parley.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;

namespace Parley.Cli.Phones;

/// <summary>The conversations that are up, and what their phones ask of them.</summary>
internal sealed class PhoneCalls
{
    private readonly ConcurrentDictionary<PhoneCall, byte> _calls = new();
    private long _transfers, _transfersFailed;

    public PhoneCalls(PhoneServices services)
    {
        Services = services;
        Destinations = new(services);
    }

    public PhoneServices Services { get; }

    public Destinations Destinations { get; }

    /// <summary>Conversations now.</summary>
    public int Count => _calls.Count;

    /// <summary>Transfers that phones asked for and got.</summary>
    public long Transfers => Interlocked.Read(ref _transfers);

    /// <summary>Transfers that came to nothing.</summary>
    public long TransfersFailed => Interlocked.Read(ref _transfersFailed);

    public void Add(PhoneCall call) => _calls[call] = 0;

    public void Remove(PhoneCall call) => _calls.TryRemove(call, out _);

    /// <summary>A phone asks for a transfer. Calls to extensions have nobody to be transferred.</summary>
    public async Task TransferAsync(Call leg, TransferRequest request)
    {
        if (request.Method != SipMethod.Invite || Find(leg) is not var (call, party))
        {
            await request.RejectAsync(603);
            return;
        }

        var done = await call.TransferAsync(party, request);
        Interlocked.Increment(ref done ? ref _transfers : ref _transfersFailed);
    }

    /// <summary>The conversation and the party whose dialog a Replaces header names; null when there is none that is up.</summary>
    public (PhoneCall Call, Party Party)? Find(Replaces replaces) => Find(leg =>
        leg.Dialog is { } dialog && dialog.CallId == replaces.CallId && dialog.LocalTag == replaces.ToTag && dialog.RemoteTag == replaces.FromTag);

    /// <summary>The conversation and the party a leg belongs to; null when it belongs to none that is up.</summary>
    public (PhoneCall Call, Party Party)? Find(Call leg) => Find(one => ReferenceEquals(one, leg));

    private (PhoneCall Call, Party Party)? Find(Predicate<Call> isMeant)
    {
        foreach (var call in _calls.Keys)
        {
            if (call.PartyOf(isMeant) is { } party)
                return (call, party);
        }

        return null;
    }
}
