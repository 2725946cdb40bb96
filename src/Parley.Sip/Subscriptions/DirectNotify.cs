using Parley.Sip.Dialogs;
using Parley.Sip.Locating;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Subscriptions;

/// <summary>
/// The usual NOTIFY, written straight from its dialog into the buffer that is sent: a change that goes to ten thousand subscribers must leave no garbage, for
/// collecting it is what would hold up calls.
/// </summary>
internal static class DirectNotify
{
    /// <summary>
    /// Sends it. False, and nothing was done, where it takes more than that: a challenge could be answered, the next hop has to be looked up, or is a strict
    /// router (RFC 3261 §12.2.1.1).
    /// </summary>
    public static bool TrySend(
        UserAgentLane ua, Dialog dialog, FlowContact contact, SipFlow? flow, in Notification content, IClientTransactionUser user)
    {
        if (ua.Profile.Credentials is not null)
            return false;
        var hop = dialog.TargetBytes;
        if (!dialog.RouteBytes.IsEmpty && (!RouteSet.TryGetFirst(dialog.RouteBytes, out hop, out _) || !RouteSet.IsLoose(hop)))
            return false;
        if (flow is { Channel.IsOpen: true } open)
        {
            ua.Transactions.Send(ua.Lane, Build(ua, dialog, contact, content), open, user);
            return true;
        }

        if (!SipUriView.TryParse(hop, out var uri) || !SipLocator.TryLocate(uri, out var target))
            return false;
        ua.Transactions.Send(ua.Lane, Build(ua, dialog, contact, content), [target], user);
        return true;
    }

    private static OutgoingRequest Build(UserAgentLane ua, Dialog dialog, FlowContact contact, in Notification content)
    {
        var writer = new SipWriter(ua.Lane.Pool);
        writer.RequestLine("NOTIFY"u8, dialog.TargetBytes);
        writer.Header(HeaderId.MaxForwards, 70);
        if (!dialog.RouteBytes.IsEmpty)
            writer.Header(HeaderId.Route, dialog.RouteBytes);
        writer.Header(HeaderId.From, dialog.LocalBytes);
        writer.Header(HeaderId.To, dialog.RemoteBytes);
        writer.Header(HeaderId.CallId, dialog.CallIdBytes);
        writer.Begin(HeaderId.CSeq);
        writer.Append(dialog.NextCSeq());
        writer.Append(" NOTIFY"u8);
        writer.EndLine();
        writer.Header(content.Event);
        writer.Begin(HeaderId.SubscriptionState);
        writer.Append(content.State);
        writer.EndLine();
        foreach (var header in content.Headers)
            writer.Header(header);
        if (ua.Profile.UserAgent.Length > 0)
            writer.Header(HeaderId.UserAgent, ua.Profile.UserAgent);
        ResponseBuilder.WriteBody(ref writer, content.Body);
        return new OutgoingRequest(writer.Finish(), SipMethod.Notify) { FlowHeaders = contact };
    }
}

/// <summary>What a NOTIFY says: its Event, its Subscription-State, further headers, its body.</summary>
internal readonly record struct Notification(SipHeader Event, string State, IReadOnlyList<SipHeader> Headers, SipBody Body);
