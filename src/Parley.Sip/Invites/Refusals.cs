using System.Globalization;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;

namespace Parley.Sip.Invites;

/// <summary>Answers that the user agent gives by itself to requests within a dialog.</summary>
internal static class Refusals
{
    public static void Send(UserAgentLane ua, ServerTransaction transaction, int status)
    {
        ua.Counts.RequestsRefused++;
        Respond(ua, transaction, new Reply(status));
    }

    /// <summary>With Retry-After.</summary>
    public static void ForNow(UserAgentLane ua, ServerTransaction transaction, int status, int seconds)
    {
        ua.Counts.RequestsRefused++;
        Respond(ua, transaction, new Reply(status) { Headers = [new SipHeader("Retry-After", seconds.ToString(CultureInfo.InvariantCulture))] });
    }

    /// <summary>500 with a Retry-After of 0 to 10 seconds: something of the peer's own is in the way (RFC 3261 §14.2, RFC 3311 §5.2).</summary>
    public static void ForAMoment(UserAgentLane ua, ServerTransaction transaction) => ForNow(ua, transaction, 500, Random.Shared.Next(11));

    /// <summary>Refuses what would begin a second exchange of offer and answer; false when there is none in progress.</summary>
    public static bool ForOffer(UserAgentLane ua, ServerTransaction transaction, Dialog dialog)
    {
        var status = dialog.Offers.Refusal;
        if (status == 491)
            Send(ua, transaction, status);
        else if (status != 0)
            ForAMoment(ua, transaction);
        return status != 0;
    }

    public static void Respond(UserAgentLane ua, ServerTransaction transaction, in Reply reply) =>
        transaction.Respond(ResponseBuilder.Build(ua, transaction.Request, transaction.Flow, reply), reply.Status);
}
