using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Dialogs;
using Parley.Media.Engine;
using Parley.Sip.Messages;

namespace Parley.Server.Voice.Sessions;

/// <content>What the other side does within the call, and what is said to it at the end.</content>
internal sealed partial class VoiceSession
{
    private List<SipHeader> _farewell = [];
    private AskedTransfer? _asked;
    private AudioStream? _heardAudio;

    // What these tell is told before the other side gets its answer: it cannot fill the mailbox.
    private void Follow(Call call, bool isReferred)
    {
        var (track, refer) = isReferred ? (_botTrack, true) : (Id, (bool?)null);
        call.Handle(new()
        {
            OnHold = (_, held) => FromOutside(() => Tell(new HoldEvent { TrackId = track, OnHold = held, Refer = refer })),
            OnMessage = (_, message) => new(_mailbox.RunAsync(() =>
                Tell(new MessageEvent { TrackId = track, Body = message.Text ?? "", ContentType = message.Message.GetString(HeaderId.ContentType), Refer = refer }))),
            OnTransferRequest = (_, request) => new(AskAsync(request, track, refer)),
        });
    }

    // One at a time: of two wishes at once a program could not tell which one it reports on.
    private async Task AskAsync(TransferRequest request, string track, bool? refer)
    {
        var isFree = false;
        await _mailbox.RunAsync(() => isFree = !_isOver && _asked is not { IsOver: false });
        if (!isFree)
        {
            await request.RejectAsync(486);
            return;
        }

        var asked = await AskedTransfer.AcceptAsync(request, _core.Options.Time);
        if (!Post(() =>
        {
            if (_isOver)
            {
                asked.Dispose();
                return;
            }

            _asked = asked;
            Tell(new TransferRequestEvent { TrackId = track, ReferTo = request.Message.GetString(HeaderId.ReferTo), ReferredBy = request.Message.GetString(HeaderId.ReferredBy), Refer = refer });
        }))
        {
            asked.Dispose();
        }
    }

    private void Report(ReportTransferCommand command)
    {
        if (_asked is { IsOver: false } asked)
            Begin("reportTransfer", () => asked.ReportAsync(command.Code, SipPlan.Phrase(command.Reason)));
        else
            Fail("reportTransfer", "The other side waits for no report.");
    }

    // What was asked for and could not be had, once it is known.
    private void CheckAgreed()
    {
        if (_call is { HasAudio: true } call)
        {
            try
            {
                _heardAudio = call.Audio;
            }
            catch (CallEndedException)
            {
                return; // its end is on the way here
            }
        }

        if (_option.Sip?.EnableSrtp == true && _call is { CryptoSuite: null })
            _held.Add(new("option.sip.enable_srtp", "the audio was opened before, and is not encrypted."));
    }

    // The command's headers before those of the options.
    private List<SipHeader> Farewell(Call call)
    {
        var headers = Filled(_option.Sip, call);
        headers.RemoveAll(header => _farewell.Any(other => other.Name.Equals(header.Name, StringComparison.OrdinalIgnoreCase)));
        return [.. _farewell, .. headers];
    }

    private List<SipHeader> Filled(Contracts.Voice.Options.SipOption? sip, Call call)
    {
        if (sip?.HangupHeaders is not { Count: > 0 } templates)
            return [];
        var filled = templates.ToDictionary(one => one.Key, one => HeaderTemplate.Fill(one.Value, name => VariableOf(call, name), name => LastWords.HeaderOf(call, name)));
        var problems = new List<Contracts.Voice.VoiceProblem>();
        var headers = SipPlan.Headers(filled, "option.sip.hangup_headers", problems);
        Complain("hangup", problems);
        return headers;
    }

    private string? VariableOf(Call call, string name) => name switch
    {
        "session_id" => Id,
        "call_type" => "sip",
        "caller" => call.From.Uri.ToString(),
        "callee" => call.To.Uri.ToString(),
        "start_time" => Text(_started),
        _ => _option.Extra?.GetValueOrDefault(name),
    };
}
