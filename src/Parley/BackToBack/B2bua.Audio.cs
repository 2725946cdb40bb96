using Parley.Dialogs;
using Parley.Media.Engine;
using Parley.Media.Sdp;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.BackToBack;

// Anchored: each leg is negotiated by itself, and what it agrees on changes what the relay does, not the other leg.
public sealed partial class B2bua
{
    private void ModifyAudio(InviteDialog dialog, CallMedia media, IncomingRequest request)
    {
        if (request.Method == SipMethod.Update && !request.HasOffer)
        {
            request.Respond(200);
            return;
        }

        var heard = !dialog.IsHeldByPeer;
        if (!media.TryAnswerReinvite(request.Message, out var body, out var problem))
        {
            request.Respond(488, null, default, [new SipHeader("Warning", Call.Warning(problem))]);
            return;
        }

        request.Respond(200, null, body);
        dialog.Agree(SessionBody.Bytes(body), SessionBody.Bytes(request.Message), peerOffered: true, narrowed: true);
        Rejoin();
        if (_audio?.PassHold == true && heard == dialog.IsHeldByPeer)
            _ = PassHoldAsync(OtherOf(dialog), hold: heard);
    }

    // One of two calls that become one is relayed here, the other is not: then the whole of it is.
    private async Task AnchorOneAsync(InviteDialog kept, InviteDialog joined, B2bua other, CancellationToken cancel)
    {
        var (direct, beside) = kept.Media is null ? (kept, joined.Media!) : (joined, kept.Media);
        var audio = _audio ?? other._audio!;
        var flow = direct.Session.Flow;
        var fresh = await CallMedia.ForDialAsync(
            _agent.Phone, SipUri.Parse(direct.Session.Dialog.RemoteTarget), CodecsBeside(beside, audio), beside.Stream, cancel, flow).ConfigureAwait(false);
        try
        {
            fresh.TrustSignalling(flow.Remote);
            await direct.AnchorAsync(fresh, cancel).ConfigureAwait(false);
        }
        catch
        {
            await fresh.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        _audio = audio;
        _anchor ??= new Anchor(audio.Transcode);
    }

    private void OnAudioAnswered(InviteDialog dialog, CallMedia media, SipMessage ack)
    {
        if (!media.TryAcceptAnswer(ack, out var problem))
        {
            dialog.Session.Bye($"SIP;cause=488;text=\"{problem.Replace('"', '\'')}\"");
            return;
        }

        media.ExchangeDone();
        Rejoin();
    }

    // Codecs that no longer match end the call only if nothing may be transcoded: then the legs could not hear each other any more.
    private void Rejoin()
    {
        try
        {
            _anchor!.Join(_a.Media, _b.Media);
        }
        catch (CodecMismatchException e)
        {
            Log.DialogCallbackFailed(_agent.Logger, e);
            _a.Session.Bye("SIP;cause=488;text=\"No codec in common\"");
        }
    }

    private static async Task PassHoldAsync(InviteDialog other, bool hold)
    {
        try
        {
            if (hold)
                await other.HoldAsync().ConfigureAwait(false);
            else if (other.IsHeldByUs)
                await other.ResumeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is DialogException or InvalidOperationException)
        {
            // The other side would not be held, or is gone: it hears nothing meanwhile, which is what a hold means.
        }
    }

    private static void DropMedia(InviteDialog dialog)
    {
        if (dialog.Media is { } media)
            _ = media.DisposeAsync().AsTask();
        // The transaction that began the leg keeps it for another 32 s; its audio need not stay as long.
        dialog.Media = null;
    }
}
