using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;

namespace Parley.Server.Voice.Sessions;

/// <content>Commands, and what of them cannot be done.</content>
internal sealed partial class VoiceSession
{
    // A program that says much before it is answered says it in pieces of a model's reply.
    private const int MaxEarly = 256;

    private readonly List<VoiceProblem> _held = [];
    private readonly List<ErrorEvent> _heldErrors = [];
    private readonly List<VoiceCommand> _early = [];
    private bool _holdsErrors;

    /// <summary>Takes a command. Completes when it has been begun, so that nobody can send faster than that.</summary>
    public Task TakeAsync(ReadOnlyMemory<byte> utf8)
    {
        var command = VoiceWire.ReadCommand(utf8, out var problems);
        return _mailbox.RunAsync(() =>
        {
            TellCommand(utf8);
            Take(command, problems);
        });
    }

    private void TellCommand(ReadOnlyMemory<byte> utf8)
    {
        if (_dump is null && _followers.Count == 0)
            return;
        var json = VoiceSecrets.RedactUtf8(utf8.Span);
        _dump?.Add("command", Now, json);
        foreach (var box in _followers)
            box.SendCommand(json ?? "null"u8.ToArray());
    }

    private void Take(VoiceCommand? command, IReadOnlyList<VoiceProblem> problems)
    {
        _core.Counters.CommandTaken();
        // Clients take an error while they wait for an answer for the end of the call: what is wrong with single options is told behind it.
        if (command is InviteCommand or AcceptCommand or RingingCommand)
            _held.AddRange(problems);
        else
            Complain(command?.Command ?? "command", problems);
        if (command is null)
            return;
        if (command.Id is { } id)
            Tell(new AckEvent { Id = id, Command = command.Command, Accepted = true });
        if (_isSettingUp && NeedsAudio(command))
        {
            if (_early.Count < MaxEarly)
                _early.Add(command);
            else
                Fail(command.Command, $"More than {MaxEarly} commands wait for the answer.");
            return;
        }

        Do(command);
    }

    private static bool NeedsAudio(VoiceCommand command) =>
        command is TtsCommand or PlayCommand or MarkCommand or RecordCommand or SendDtmfCommand or HoldCommand or MessageCommand or BridgeCommand or ReferCommand or MuteCommand or UnmuteCommand;

    private void Do(VoiceCommand command)
    {
        _journal?.Note(command, Now);
        switch (command)
        {
            case InviteCommand invite: Invite(invite); break;
            case AcceptCommand accept: Accept(accept); break;
            case RingingCommand ringing: Ring(ringing); break;
            case RejectCommand reject: Reject(reject); break;
            case HangupCommand hangup: HangUp(hangup); break;
            case TtsCommand tts: Speak(tts); break;
            case PlayCommand play: Play(play); break;
            case InterruptCommand interrupt: Interrupt(interrupt); break;
            case FunctionResultCommand result: ReturnResult(result); break;
            case MarkCommand mark: Mark(mark); break;
            case PauseCommand pause: Pause(pause.PlayId, true); break;
            case ResumeCommand resume: Pause(resume.PlayId, false); break;
            case VolumeCommand volume: SetVolume(volume); break;
            case MuteCommand mute: Mute(mute.TrackId, true); break;
            case UnmuteCommand unmute: Mute(unmute.TrackId, false); break;
            case SendDtmfCommand digits: SendDigits(digits); break;
            case RecordCommand record: Record(record); break;
            case HoldCommand hold: Hold(hold); break;
            case MessageCommand message: Send(message); break;
            case ReferCommand refer: Refer(refer); break;
            case ReportTransferCommand report: Report(report); break;
            case BridgeCommand bridge: JoinWith(bridge); break;
            case UnbridgeCommand unbridge: Part(unbridge); break;
            case HistoryCommand history: Tell(new AddHistoryEvent { Sender = Id, Speaker = history.Speaker, Text = history.Text }); break;
            case CustomCommand custom: Repeat(custom); break;
            default: Fail("command", $"{command.Command}: there is no media of browsers here."); break;
        }
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

    private void Complain(string command, IEnumerable<VoiceProblem> problems)
    {
        foreach (var problem in problems)
            Fail("command", command == "command" ? problem.ToString() : $"{command}: {problem}");
    }

    private void TellHeld()
    {
        _holdsErrors = false;
        Complain(_call is IncomingCall ? "accept" : "invite", _held);
        _held.Clear();
        foreach (var error in _heldErrors)
            Tell(error);
        _heldErrors.Clear();
    }

    // While somebody is called, an error that is not the call's own waits for the answer, as those of options do.
    private void TellError(ErrorEvent error)
    {
        if (!_holdsErrors || error.Sender == "invite" || _heldErrors.Count >= MaxEarly)
            Tell(error);
        else
            _heldErrors.Add(error with { Timestamp = error.Timestamp == 0 ? Now.ToUnixTimeMilliseconds() : error.Timestamp });
    }

    private void DoEarly()
    {
        _isSettingUp = false;
        foreach (var command in _early.ToArray())
            Do(command);
        _early.Clear();
    }
}
