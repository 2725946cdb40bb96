using Parley.Net;
using Parley.Sip.Locating;
using Parley.Sip.Subscriptions;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Dialogs;

/// <summary>What the calls and requests of one lane share: its dialogs, its counts, and the layers below. Used on that lane only.</summary>
internal sealed class UserAgentLane(Lane lane, ISipTransport transport, TransactionLayer transactions, SipLocator locator, UserAgentProfile profile, TimeProvider time)
{
    private readonly HashSet<ILiveCall> _calls = [];

    public Lane Lane { get; } = lane;

    public ISipTransport Transport { get; } = transport;

    public TransactionLayer Transactions { get; } = transactions;

    public SipLocator Locator { get; } = locator;

    public UserAgentProfile Profile { get; } = profile;

    /// <summary>The clock of what waits off the lane.</summary>
    public TimeProvider Time { get; } = time;

    public DialogTable Dialogs { get; } = new() { Ended = profile.Supports("replaces"u8) ? new EndedDialogs(lane) : null };

    /// <summary>The subscriptions of the lane, others' and ours.</summary>
    public LaneSubscriptions Subscriptions { get; } = new(lane, profile, transport.Lanes.Count);

    public UserAgentCounts Counts { get; } = new();

    /// <summary>Contacts that registrars have given our addresses.</summary>
    public OwnContacts Contacts { get; init; } = new();

    /// <summary>Told when the last call or request of the lane is over; set while the endpoint drains.</summary>
    public Action? Idle { get; set; }

    /// <summary>Told of exceptions the application's handlers threw.</summary>
    public required Action<Exception>? Fault { get; init; }

    /// <summary>True once no new calls are taken.</summary>
    public bool IsDraining { get; set; }

    public bool IsIdle => _calls.Count == 0 && Counts.PendingRequests == 0;

    public int Calls => _calls.Count;

    /// <summary>Refuses use from another thread, which would break the order all this relies on.</summary>
    /// <exception cref="InvalidOperationException">The caller does not run on the lane.</exception>
    public void RequireCurrent()
    {
        if (!Lane.IsCurrent)
            throw new InvalidOperationException("This belongs to a lane: call it from a handler, or through Lane.Run.");
    }

    /// <summary>A new Call-ID whose messages come to this lane.</summary>
    public string NewCallId() => CallIdText.New(Lane.Index, Transport.Lanes.Count);

    public void Add(ILiveCall call) => _calls.Add(call);

    public void Remove(ILiveCall call)
    {
        _calls.Remove(call);
        TellIfIdle();
    }

    /// <summary>A copy, because shutting a call down takes it off the set.</summary>
    public ILiveCall[] Snapshot() => [.. _calls];

    public void RequestStarted() => Counts.PendingRequests++;

    public void RequestEnded()
    {
        Counts.PendingRequests--;
        TellIfIdle();
    }

    /// <summary>A handler of the application threw: counted and told, and the lane goes on.</summary>
    public void OnHandlerFault(Exception exception)
    {
        Counts.HandlerFaults++;
        Fault?.Invoke(exception);
    }

    private void TellIfIdle()
    {
        if (IsIdle)
            Idle?.Invoke();
    }
}

/// <summary>A call that exists, so that closing the endpoint can end it.</summary>
internal interface ILiveCall
{
    /// <summary>Ends it the polite way for the state it is in: 503, CANCEL or BYE.</summary>
    void Shutdown();
}
