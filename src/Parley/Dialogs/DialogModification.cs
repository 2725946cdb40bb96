using System.Text;
using Parley.Media.Sdp;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Dialogs;

/// <summary>A re-INVITE or UPDATE that waits for its answer. Members may be used from any thread; it is answered once.</summary>
public sealed class DialogModification
{
    private readonly InviteDialog _dialog;
    private readonly IncomingRequest _request;
    private readonly byte[]? _offer;

    internal DialogModification(InviteDialog dialog, IncomingRequest request)
    {
        _dialog = dialog;
        _request = request;
        _offer = SessionBody.Bytes(request.Message);
        Message = request.Message.ToOwned();
        Kind = Judge();
    }

    /// <summary>The request.</summary>
    public SipMessage Message { get; }

    /// <summary>INVITE or UPDATE.</summary>
    public SipMethod Method => _request.Method;

    /// <summary>What it is for, as far as it tells.</summary>
    public ModificationKind Kind { get; }

    /// <summary>The peer's offer as text; null when it has none.</summary>
    public string? Sdp => _offer is null ? null : Encoding.UTF8.GetString(_offer);

    /// <summary>Accepts it. Without a description the default is given: our last one, narrowed to the offer.</summary>
    /// <param name="sdp">Our answer, or the offer where the peer asks for one. Where it goes on with the o= line of our last one, its version is raised if it was not.</param>
    /// <param name="headers">Headers added. Default none.</param>
    /// <returns>False when nothing could be answered: the default had no common format, so 488 was sent, or the peer waits no more.</returns>
    /// <exception cref="ArgumentException">A header that is not the application's to write.</exception>
    public Task<bool> AcceptAsync(string? sdp = null, IReadOnlyList<SipHeader>? headers = null) =>
        _request.Lane.RunAsync(() => Accept(sdp is null ? null : _dialog.Revise(SessionBody.Bytes(SessionBody.Of(sdp))!), headers));

    /// <summary>Refuses it: the call goes on as it was.</summary>
    /// <param name="status">300–699. Default 488 Not Acceptable Here.</param>
    /// <param name="reason">Reason phrase. Default the standard one.</param>
    /// <param name="headers">Headers added. Default none.</param>
    /// <exception cref="ArgumentException">A line break in <paramref name="reason"/>, or a header that is not the application's to write.</exception>
    public Task RejectAsync(int status = 488, string? reason = null, IReadOnlyList<SipHeader>? headers = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 300);
        return _request.Lane.RunAsync(() => _request.Respond(status, reason, default, headers));
    }

    internal bool IsPending => _request.IsPending;

    internal bool Accept(byte[]? answer, IReadOnlyList<SipHeader>? headers)
    {
        if (!_request.IsPending)
            return false;
        var narrowed = answer is null;
        if (_offer is not null && answer is null)
        {
            answer = InviteDialog.Parse(_offer) is { } offer ? _dialog.AnswerAgain(offer) : null;
            if (answer is null)
            {
                _request.Respond(488);
                return false;
            }
        }

        // A re-INVITE without an offer gets ours; an UPDATE without one gets nothing (RFC 3311 §5.2).
        if (_offer is null && Method == SipMethod.Invite)
            answer ??= _dialog.LocalSdp;
        else if (_offer is null)
            answer = null;
        _request.Respond(200, null, SessionBody.Of(answer), headers);
        _dialog.Agree(answer, _offer, peerOffered: true, narrowed);
        return true;
    }

    private ModificationKind Judge()
    {
        if (_offer is null)
            return Method == SipMethod.Invite ? ModificationKind.OfferWanted : ModificationKind.Refresh;
        return InviteDialog.Parse(_offer) is { } offer ? SessionRevision.KindOf(offer, InviteDialog.Parse(_dialog.RemoteSdp)) : ModificationKind.Change;
    }
}
