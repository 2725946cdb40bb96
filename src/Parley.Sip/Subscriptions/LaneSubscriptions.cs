using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transfers;

namespace Parley.Sip.Subscriptions;

/// <summary>The subscriptions of one lane: how many there are and from where, and which of ours wait for their first NOTIFY. Used on that lane only.</summary>
internal sealed class LaneSubscriptions(Lane lane, UserAgentProfile profile, int lanes)
{
    private readonly Dictionary<UInt128, int> _bySource = [];
    private readonly Dictionary<UInt128, INotifyTaker> _awaited = [];
    private IncomingSubscription? _first;
    private int _count;

    private readonly HashSet<OutgoingRefer> _refers = [];

    public NotificationPacer Pacer { get; } = new(lane);

    /// <summary>True when one more from that address, or in that dialog, would be too many.</summary>
    public bool IsFull(UInt128 source, Dialog? dialog)
    {
        var limits = profile.Subscriptions;
        if (_count >= Share(limits.MaxSubscriptions) || _bySource.GetValueOrDefault(source) >= Share(limits.MaxPerSource))
            return true;
        var inDialog = 0;
        for (var usage = dialog?.FirstUsage; usage is not null; usage = usage.NextUsage)
            inDialog++;
        return inDialog >= limits.MaxPerDialog;
    }

    public void Add(IncomingSubscription subscription)
    {
        _count++;
        _bySource[subscription.Source] = _bySource.GetValueOrDefault(subscription.Source) + 1;
        subscription.NextOfLane = _first;
        if (_first is not null)
            _first.PreviousOfLane = subscription;
        _first = subscription;
    }

    public void Remove(IncomingSubscription subscription)
    {
        _count--;
        var left = _bySource[subscription.Source] - 1;
        if (left == 0)
            _bySource.Remove(subscription.Source);
        else
            _bySource[subscription.Source] = left;
        if (subscription.PreviousOfLane is { } previous)
            previous.NextOfLane = subscription.NextOfLane;
        else
            _first = subscription.NextOfLane;
        if (subscription.NextOfLane is { } next)
            next.PreviousOfLane = subscription.PreviousOfLane;
        subscription.PreviousOfLane = null;
        subscription.NextOfLane = null;
    }

    /// <summary>The endpoint is closing: each is told that it has to look for another notifier, later.</summary>
    public void Shutdown()
    {
        while (_first is { } subscription)
            subscription.Shutdown();
        foreach (var refer in _refers.ToArray())
            refer.Shutdown();
    }

    public void Add(OutgoingRefer refer) => _refers.Add(refer);

    public void Remove(OutgoingRefer refer) => _refers.Remove(refer);

    /// <summary>A SUBSCRIBE or REFER of ours is on its way: a NOTIFY with this To tag makes its dialog (RFC 6665 §4.4.1).</summary>
    public void Await(UInt128 localTag, INotifyTaker taker) => _awaited[localTag] = taker;

    /// <summary>No further NOTIFY makes a dialog with this tag.</summary>
    public void StopAwaiting(UInt128 localTag) => _awaited.Remove(localTag);

    /// <summary>Hands a NOTIFY that is in no dialog to who waits for it; false when nobody does.</summary>
    public bool TryTake(ServerTransaction transaction, SipMessage notify) =>
        DialogTag.TryParse(notify.ToTag, out var tag) && _awaited.TryGetValue(tag, out var taker) && taker.TryTake(transaction, notify);

    private int Share(int limit) => (limit + lanes - 1) / lanes;
}

/// <summary>A SUBSCRIBE or REFER of ours without a dialog yet.</summary>
internal interface INotifyTaker
{
    /// <summary>Takes the NOTIFY when it is for this one: Call-ID and Event match.</summary>
    bool TryTake(ServerTransaction transaction, SipMessage notify);
}
