using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;

namespace Parley.Server.Voice.Sessions;

/// <content>Commands, and whose they are.</content>
internal sealed partial class VoiceSession
{
    // A program that says much before it is answered says it in pieces of a model's reply.
    private const int MaxEarly = 256;

    private readonly List<VoiceCommand> _early = [];

    /// <summary>Takes a command. Completes when it has been begun, so that nobody can send faster than that.</summary>
    public Task TakeAsync(ReadOnlyMemory<byte> utf8)
    {
        var command = VoiceWire.ReadCommand(utf8, out var problems);
        return _context.RunAsync(() =>
        {
            _events.Note(utf8);
            Take(command, problems);
        });
    }

    private void Take(VoiceCommand? command, IReadOnlyList<VoiceProblem> problems)
    {
        _core.Counters.CommandTaken();
        // Clients take an error while they wait for an answer for the end of the call: what is wrong with single options is told behind it.
        if (command is InviteCommand or AcceptCommand or RingingCommand)
            _context.Held.Problems.AddRange(problems);
        else
            _context.Complain(command?.Command ?? "command", problems);
        if (command is null)
            return;
        if (command.Id is { } id)
            Tell(new AckEvent { Id = id, Command = command.Command, Accepted = true });
        if (_isSettingUp && NeedsAudio(command))
        {
            if (_early.Count < MaxEarly)
                _early.Add(command);
            else
                _context.Fail(command.Command, $"More than {MaxEarly} commands wait for the answer.");
            return;
        }

        Do(command);
    }

    private static bool NeedsAudio(VoiceCommand command) =>
        command is TtsCommand or PlayCommand or MarkCommand or RecordCommand or SendDtmfCommand or HoldCommand or MessageCommand or BridgeCommand or ReferCommand or MuteCommand or UnmuteCommand;

    private void Do(VoiceCommand command)
    {
        _events.Note(command);
        switch (command)
        {
            case InviteCommand invite: Invite(invite); break;
            case AcceptCommand accept: Accept(accept); break;
            case RingingCommand ringing: Ring(ringing); break;
            case RejectCommand reject: Reject(reject); break;
            case HangupCommand hangup: HangUp(hangup); break;
            case TtsCommand tts: _audio.For("tts")?.Speak(tts); break;
            case PlayCommand play: _audio.For("play")?.Play(play); break;
            case InterruptCommand interrupt: _audio.Interrupt(interrupt); break;
            case FunctionResultCommand result: _audio.Return(result); break;
            case MarkCommand mark: _audio.For("mark")?.Mark(mark); break;
            case PauseCommand pause: _audio.For("pause")?.Pause(pause.PlayId); break;
            case ResumeCommand resume: _audio.For("resume")?.Resume(resume.PlayId); break;
            case VolumeCommand volume: _audio.For("volume")?.SetVolume(volume); break;
            case MuteCommand mute: _audio.Mute(mute.TrackId, true); break;
            case UnmuteCommand unmute: _audio.Mute(unmute.TrackId, false); break;
            case SendDtmfCommand { Refer: not true } digits: _audio.Press(digits); break;
            case SendDtmfCommand digits when _referral.Up("sendDtmf") is { } other: _audio.Press(digits, other); break;
            case SendDtmfCommand: break;
            case RecordCommand record: _audio.Record(record); break;
            case HoldCommand hold when _audio.Up("hold") is { } call: _requests.Hold(hold, call, _audio.Speech!); break;
            case HoldCommand: break;
            case MessageCommand message when (message.Refer == true ? _referral.Up("message") : _audio.Up("message")) is { } call: _requests.Send(message, call); break;
            case MessageCommand: break;
            case ReferCommand refer: Refer(refer); break;
            case ReportTransferCommand report: _requests.Report(report); break;
            case BridgeCommand bridge when _audio.Up("bridge") is { } call: Bridging.Join(bridge, call, _referral.HasLeg); break;
            case BridgeCommand: break;
            case UnbridgeCommand unbridge: Bridging.Part(unbridge); break;
            case HistoryCommand history: Tell(new AddHistoryEvent { Sender = Id, Speaker = history.Speaker, Text = history.Text }); break;
            case CustomCommand custom: Repeat(custom); break;
            default: _context.Fail("command", $"{command.Command}: there is no media of browsers here."); break;
        }
    }

    private void Refer(ReferCommand command)
    {
        if (_audio.Up("refer") is { } call)
            _referral.Begin(command, call, Bridging.IsOn);
    }

    private void Repeat(CustomCommand custom)
    {
        Dictionary<string, string>? flat = null;
        if (custom.Data.ValueKind == System.Text.Json.JsonValueKind.Object && custom.Data.EnumerateObject().All(member => member.Value.ValueKind == System.Text.Json.JsonValueKind.String))
        {
            flat = [];
            foreach (var member in custom.Data.EnumerateObject())
                flat[member.Name] = member.Value.GetString()!; // a name that is there twice has its last value
        }

        Tell(new CustomEvent { Sender = custom.Sender, Data = custom.Data, Extra = flat });
    }

    private void DoEarly()
    {
        _isSettingUp = false;
        foreach (var command in _early.ToArray())
            Do(command);
        _early.Clear();
    }
}
