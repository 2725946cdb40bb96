using Parley.Media.Engine;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.BackToBack;

// Anchored: each leg has a description of ours, and packets pass between our two streams.
internal sealed partial class B2buaSetup
{
    // B has early media: then A has it too, if it made an offer that can be answered by now.
    private SipBody EarlyAudio(B2buaLeg leg, SipMessage response)
    {
        if (!HasOffer || !SessionBody.IsPresent(response) || !leg.Media!.TryAcceptAnswer(response, out _))
            return default;
        return TryAnswerA(leg, out var body, out _) ? body : default;
    }

    private void AnswerWithAudio(B2buaLeg leg, SipMessage response, IReadOnlyList<SipHeader> headers)
    {
        var media = leg.Media!;
        media.TrustSignalling(leg.Dialog.Session.Flow.Remote);
        string? problem = null;
        var agreed = SessionBody.IsPresent(response) ? media.TryAcceptAnswer(response, out problem) : media.IsOpen;
        if (!agreed || !TryAnswerA(leg, out var body, out problem))
        {
            leg.Dialog.Session.Bye(Dialogs.SipReasons.NoOffer);
            return;
        }

        media.ExchangeDone();
        Answer(leg, body, headers, offered: false);
    }

    // A gets the codec B took, so that nothing need be transcoded; with transcoding allowed, another one rather than none.
    private bool TryAnswerA(B2buaLeg leg, out SipBody body, out string? problem)
    {
        problem = null;
        body = default;
        try
        {
            var codec = leg.Media!.Agreed?.Codec;
            var codecs = codec is null || (_options.Media!.Transcode && !HasOffer) ? _codecs : _options.Media!.Transcode ? [codec, .. _codecs.Where(other => other != codec)] : [codec];
            body = _mediaA!.Answer(_a.Message, new AnswerOptions { Codecs = codecs, PreferOwnCodecs = true }, _offered);
            _anchor!.Join(_mediaA, leg.Media);
            return true;
        }
        catch (Exception e) when (e is CallMediaException or CodecMismatchException)
        {
            problem = e.Message;
            return false;
        }
    }
}
