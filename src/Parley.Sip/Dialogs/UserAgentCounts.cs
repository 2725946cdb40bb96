using Parley.Sip.Invites;

namespace Parley.Sip.Dialogs;

/// <summary>Counts of one lane, written on it and read from anywhere: a reader may see them a moment old, never torn.</summary>
internal sealed class UserAgentCounts
{
    private readonly long[] _ends = new long[(int)CallEndKind.Failed + 1];

    public long IncomingCalls;
    public long OutgoingCalls;
    public long IncomingCallsTotal;
    public long OutgoingCallsTotal;
    public long PendingRequests;
    public long Registrations;
    public long IncomingSubscriptions;
    public long Subscriptions;
    public long SubscriptionsRefused;
    public long NotificationsSent;
    public long CallsRefused;
    public long RequestsRefused;
    public long ExtraForksEnded;
    public long AnswersRepeated;
    public long HandlerFaults;

    public void CountEnd(CallEndKind kind) => _ends[(int)kind]++;

    public long Ends(CallEndKind kind) => Volatile.Read(ref _ends[(int)kind]);
}
