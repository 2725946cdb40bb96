using System.Collections.Concurrent;
using Parley.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;

namespace Parley.Cli.Phones;

/// <summary>The conversations that are up, and what their phones ask of them.</summary>
internal sealed class PhoneCalls
{
    private readonly ConcurrentDictionary<PhoneCall, byte> _calls = new();
    private readonly ConcurrentDictionary<WaitingCall, byte> _waiting = new();
    private long _transfers, _transfersFailed;

    public PhoneCalls(PhoneServices services)
    {
        Services = services;
        Destinations = new(services, Allowance);
    }

    public PhoneServices Services { get; }

    public Destinations Destinations { get; }

    public CallAllowance Allowance { get; } = new();

    /// <summary>Conversations now.</summary>
    public int Count => _calls.Count;

    /// <summary>Transfers that phones asked for and got.</summary>
    public long Transfers => Interlocked.Read(ref _transfers);

    /// <summary>Transfers that came to nothing.</summary>
    public long TransfersFailed => Interlocked.Read(ref _transfersFailed);

    public void Add(PhoneCall call) => _calls[call] = 0;

    public void Remove(PhoneCall call) => _calls.TryRemove(call, out _);

    /// <summary>A caller begins to wait for somebody to answer; <see cref="Forget"/> ends that.</summary>
    /// <param name="caller">Who waits.</param>
    /// <param name="who">On whose behalf others are rung.</param>
    public WaitingCall Wait(Party caller, DialContext who)
    {
        var ringing = new Ringing(Services.Agent, Services.Settings.Current.Limits.Ring, Services.Time)
        {
            Redirect = (by, response, cancel) => Redirections.FollowAsync(Destinations, who, by, response, cancel),
        };
        var waiting = new WaitingCall(caller, ringing);
        _waiting[waiting] = 0;
        return waiting;
    }

    /// <summary>The wait is over.</summary>
    public void Forget(WaitingCall waiting) => _waiting.TryRemove(waiting, out _);

    /// <summary>The caller who waits for a leg to answer, and whom that leg rings; null when it does not ring.</summary>
    public (WaitingCall Waiting, PartyIdentity Rung)? FindRinging(Call leg)
    {
        foreach (var waiting in _waiting.Keys)
        {
            if (waiting.RungBy(leg) is { } rung)
                return (waiting, rung);
        }

        return null;
    }

    /// <summary>The caller whose leg a Replaces header names, waiting for somebody to answer; null when there is none.</summary>
    public WaitingCall? FindWaiting(Replaces replaces) => _waiting.Keys.FirstOrDefault(waiting => waiting.IsNamedBy(replaces));

    /// <summary>True when a Replaces header names a leg.</summary>
    public static bool IsNamed(Call leg, Replaces replaces) =>
        leg.Dialog is { } dialog && dialog.CallId == replaces.CallId && dialog.LocalTag == replaces.ToTag && dialog.RemoteTag == replaces.FromTag;

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
    public (PhoneCall Call, Party Party)? Find(Replaces replaces) => Find(leg => IsNamed(leg, replaces));

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
