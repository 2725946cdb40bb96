using System.Text;
using Parley.Sip.Messages;

namespace Parley.Sip.Dialogs;

/// <summary>
/// The state two user agents share (RFC 3261 §12): who they are, where requests go, and how they are numbered. Data and rules only; it sends nothing.
/// Lives on its call's lane.
/// </summary>
public sealed class Dialog
{
    // Call-ID, remote tag, local and remote name-addr (with their tags), user of our Contact, one after the other: one array per dialog instead of five.
    private readonly byte[] _text;
    private readonly int _callIdEnd;
    private readonly int _remoteTagEnd;
    private readonly int _localEnd;
    private readonly int _remoteEnd;
    private byte[] _target;
    private byte[] _routes;
    private long _remoteCSeq;

    private Dialog(UInt128 localTag, bool isCaller, Parts parts, byte[] target, byte[] routes)
    {
        LocalTagValue = localTag;
        IsCaller = isCaller;
        (_text, _callIdEnd, _remoteTagEnd, _localEnd, _remoteEnd) = parts;
        _target = target;
        _routes = routes;
    }

    /// <summary>Early, confirmed or terminated.</summary>
    public DialogState State { get; internal set; }

    /// <summary>True on the side that sent the INVITE.</summary>
    public bool IsCaller { get; }

    /// <summary>True when it was made over TLS with a sips request-URI: requests then use sips only (RFC 3261 §12.1.1).</summary>
    public bool IsSecure { get; internal init; }

    /// <summary>Call-ID.</summary>
    public string CallId => Encoding.UTF8.GetString(CallIdBytes);

    /// <summary>Our tag.</summary>
    public string LocalTag => Encoding.ASCII.GetString(DialogTag.ToBytes(LocalTagValue));

    /// <summary>The peer's tag; empty for a peer older than RFC 3261 that sends none.</summary>
    public string RemoteTag => Encoding.UTF8.GetString(RemoteTagBytes);

    /// <summary>Our From or To header value, tag included.</summary>
    public string Local => Encoding.UTF8.GetString(LocalBytes);

    /// <summary>The peer's From or To header value, tag included.</summary>
    public string Remote => Encoding.UTF8.GetString(RemoteBytes);

    /// <summary>The URI requests are addressed to: the peer's latest Contact (RFC 3261 §12.2).</summary>
    public string RemoteTarget => Encoding.UTF8.GetString(_target);

    /// <summary>The route set as the value of a Route header; empty when there is none.</summary>
    public string Routes => Encoding.UTF8.GetString(_routes);

    /// <summary>CSeq of the last request this side sent.</summary>
    public uint LocalCSeq { get; private set; }

    internal UInt128 LocalTagValue { get; }

    // Link of the table's bucket: the other dialogs of a forked call share our tag.
    internal Dialog? NextOfTag { get; set; }

    internal IDialogUser? User { get; set; }

    // Subscriptions in this dialog, as a list.
    internal IDialogUsage? FirstUsage { get; set; }

    // True once a REFER of the peer was accepted in it.
    internal bool HadRefer { get; set; }

    internal ReadOnlySpan<byte> CallIdBytes => _text.AsSpan(0, _callIdEnd);

    internal ReadOnlySpan<byte> RemoteTagBytes => _text.AsSpan(_callIdEnd, _remoteTagEnd - _callIdEnd);

    internal ReadOnlySpan<byte> LocalBytes => _text.AsSpan(_remoteTagEnd, _localEnd - _remoteTagEnd);

    internal ReadOnlySpan<byte> RemoteBytes => _text.AsSpan(_localEnd, _remoteEnd - _localEnd);

    /// <summary>
    /// User part of the Contact we gave the peer, as it is written in a URI, or the whole Contact in angle brackets; requests of ours that refresh the target
    /// repeat it.
    /// </summary>
    internal ReadOnlySpan<byte> ContactUserBytes => _text.AsSpan(_remoteEnd);

    /// <summary>The whole Contact we gave the peer, in angle brackets; empty when it depends on the path.</summary>
    internal ReadOnlyMemory<byte> OwnContact => FlowContact.IsWhole(ContactUserBytes) ? _text.AsMemory(_remoteEnd) : default;

    /// <summary>Whose offer waits for its answer.</summary>
    internal OfferAnswer Offers { get; set; }

    internal ReadOnlySpan<byte> TargetBytes => _target;

    internal ReadOnlySpan<byte> RouteBytes => _routes;

    /// <summary>The called side's dialog, from the INVITE (RFC 3261 §12.1.1).</summary>
    internal static Dialog OfCalled(SipMessage invite, UInt128 localTag, bool overTls, ReadOnlySpan<byte> contact = default)
    {
        invite.TryGetCSeq(out var cseq);
        Span<byte> tag = stackalloc byte[DialogTag.Length];
        DialogTag.Write(localTag, tag);
        var to = invite.Value(HeaderId.To);
        var parts = Parts.Of(invite.CallId, invite.FromTag, to, tag, invite.Value(HeaderId.From), contact.IsEmpty ? UserOf(invite) : contact);
        return new Dialog(localTag, isCaller: false, parts, ContactOf(invite), RouteSet.OfCalled(invite))
        {
            _remoteCSeq = cseq.Number,
            IsSecure = overTls && invite.RequestUri.StartsWith("sips:"u8),
            Offers = SessionDescriptions.IsIn(invite) ? default(OfferAnswer).Received() : default,
        };
    }

    /// <summary>The calling side's dialog, from a response with a To tag (RFC 3261 §12.1.2).</summary>
    internal static Dialog OfCaller(
        SipMessage response, UInt128 localTag, bool secure, ReadOnlySpan<byte> requestUri, ReadOnlySpan<byte> contactUser = default)
    {
        response.TryGetCSeq(out var cseq);
        var parts = Parts.Of(response.CallId, response.ToTag, response.Value(HeaderId.From), default, response.Value(HeaderId.To), contactUser);
        var contact = ContactOf(response);
        // A 2xx without Contact breaks RFC 3261 §13.3.1.4; what was called is then the best that is known.
        return new Dialog(localTag, isCaller: true, parts, contact.Length > 0 ? contact : requestUri.ToArray(), RouteSet.OfCaller(response))
        {
            _remoteCSeq = -1,
            LocalCSeq = cseq.Number,
            IsSecure = secure,
        };
    }

    /// <summary>The subscriber's dialog, from the first NOTIFY (RFC 6665 §4.4.1): tags, target and route set are the NOTIFY's, the numbering goes on from the SUBSCRIBE's.</summary>
    internal static Dialog OfNotify(SipMessage notify, UInt128 localTag, uint subscribeCSeq, bool secure)
    {
        notify.TryGetCSeq(out var cseq);
        var parts = Parts.Of(notify.CallId, notify.FromTag, notify.Value(HeaderId.To), default, notify.Value(HeaderId.From), default);
        return new Dialog(localTag, isCaller: true, parts, ContactOf(notify), RouteSet.OfCalled(notify))
        {
            _remoteCSeq = cseq.Number,
            LocalCSeq = subscribeCSeq,
            IsSecure = secure,
        };
    }

    /// <summary>A 2xx confirms an early dialog; target and route set are taken anew from it (RFC 3261 §13.2.2.4).</summary>
    internal void Confirm(SipMessage response)
    {
        State = DialogState.Confirmed;
        if (!IsCaller)
            return;
        _routes = RouteSet.OfCaller(response);
        RefreshTarget(response);
    }

    /// <summary>The Contact of a target refresh request or of its 2xx becomes where later requests go (RFC 3261 §12.2.1.2, §12.2.2).</summary>
    internal void RefreshTarget(SipMessage message)
    {
        if (message.TryGetContact(out var contact) && !contact.IsStar && !contact.Uri.SequenceEqual(_target))
            _target = contact.Uri.ToArray();
    }

    /// <summary>The CSeq number of the next request of ours.</summary>
    internal uint NextCSeq() => ++LocalCSeq;

    /// <summary>True when a request's CSeq is higher than all before; it is then remembered. A lower one is to be answered 500 (RFC 3261 §12.2.2).</summary>
    internal bool AcceptCSeq(uint number)
    {
        if (number <= _remoteCSeq)
            return false;
        _remoteCSeq = number;
        return true;
    }

    /// <summary>True when a message of the peer belongs to this dialog.</summary>
    internal bool Matches(ReadOnlySpan<byte> callId, ReadOnlySpan<byte> remoteTag) =>
        RemoteTagBytes.SequenceEqual(remoteTag) && CallIdBytes.SequenceEqual(callId);

    private static ReadOnlySpan<byte> UserOf(SipMessage invite) =>
        invite.TryGetRequestUri(out var uri) && uri.Scheme is SipScheme.Sip or SipScheme.Sips ? uri.User : default;

    private static byte[] ContactOf(SipMessage message) =>
        message.TryGetContact(out var contact) && !contact.IsStar ? contact.Uri.ToArray() : [];

    private readonly record struct Parts(byte[] Text, int CallIdEnd, int RemoteTagEnd, int LocalEnd, int RemoteEnd)
    {
        public static Parts Of(
            ReadOnlySpan<byte> callId, ReadOnlySpan<byte> remoteTag, ReadOnlySpan<byte> local, ReadOnlySpan<byte> addTag, ReadOnlySpan<byte> remote,
            ReadOnlySpan<byte> contactUser)
        {
            var tagSize = addTag.IsEmpty ? 0 : TagPrefix.Length + addTag.Length;
            var text = new byte[callId.Length + remoteTag.Length + local.Length + tagSize + remote.Length + contactUser.Length];
            var at = Put(text, 0, callId);
            var callIdEnd = at;
            var remoteTagEnd = at = Put(text, at, remoteTag);
            at = Put(text, at, local);
            if (tagSize > 0)
                at = Put(text, Put(text, at, TagPrefix), addTag);
            var remoteEnd = Put(text, at, remote);
            Put(text, remoteEnd, contactUser);
            return new Parts(text, callIdEnd, remoteTagEnd, at, remoteEnd);
        }

        private static ReadOnlySpan<byte> TagPrefix => ";tag="u8;

        private static int Put(byte[] text, int at, ReadOnlySpan<byte> part)
        {
            part.CopyTo(text.AsSpan(at));
            return at + part.Length;
        }
    }
}
