using System.Globalization;
using System.Text.Json;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Server.Voice.Bots;
using Parley.Speech;
using Parley.Speech.Dialogue;
using Parley.Speech.Output;

namespace Parley.Server.Voice.Sessions;

/// <content>A bot that leads the conversation: a program may watch and command it, but need not be there.</content>
internal sealed partial class VoiceSession
{
    private VoiceBot? _bot;
    private DialogueStage? _dialogue;
    private Task<IReadOnlyList<DialogueMessage>>? _conversation; // of a dialogue that is over
    private TaskCompletionSource<string>? _transfer;
    private VoiceEvent? _last;

    /// <summary>Answers by itself: there is no socket, and nothing is kept for one.</summary>
    public void ServeAlone(AcceptCommand accept)
    {
        Box.End();
        Post(() => Do(accept));
    }

    /// <summary>What the call's speech is made of: the call's own options go before the bot's.</summary>
    private SpeechChainOptions Parts(int rate)
    {
        var parts = ChainPlan.Of(_option, rate, _held);
        if (Given(_option.Bot) is not { } name)
            return parts;
        if (!_core.Bots.TryGetValue(name, out _bot))
        {
            _held.Add(new("option.bot", _core.Bots.Count == 0 ? "the server has no bots." : $"there is no bot '{name}'; there are: {string.Join(", ", _core.Bots.Keys)}."));
            return parts;
        }

        if (_bot.Settings.Record)
            _recorder ??= new();
        var own = _bot.Chain;
        return parts with
        {
            Denoise = _option.Denoise ?? own.Denoise,
            VoiceActivity = _option.Vad is null ? own.VoiceActivity : parts.VoiceActivity,
            EndOfUtterance = _option.Eou is null ? own.EndOfUtterance : parts.EndOfUtterance,
            Recognisers = _option.Asr is null ? own.Recognisers : parts.Recognisers,
            Synthesisers = _option.Tts is null ? own.Synthesisers : parts.Synthesisers,
        };
    }

    private void BeginDialogue()
    {
        if (_bot is not { } bot || _dialogue is not null || _chain is not { } chain || _call is not { } call)
            return;
        var values = Values(call);
        var options = bot.Dialogue;
        options = options with
        {
            SystemPrompt = PromptTemplate.Fill(options.SystemPrompt, values),
            Greeting = PromptTemplate.Fill(options.Greeting, values),
            Apology = PromptTemplate.Fill(options.Apology, values),
            Farewell = PromptTemplate.Fill(options.Farewell, values),
            FollowUp = options.FollowUp is { } followUp ? followUp with { Say = PromptTemplate.Fill(followUp.Say, values) } : null,
        };
        _dialogue = new(options, chain, new Actions(this, call, chain), _core.Speech.Connections, _core.Options.Time);
    }

    /// <summary>What prompts can name. What a program gives for the call goes before what is known of it.</summary>
    private Dictionary<string, string> Values(Call call)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["caller"] = call.From.Uri.ToString(), ["caller_user"] = call.From.Uri.User ?? "", ["caller_name"] = call.From.DisplayName ?? "",
            ["callee"] = call.To.Uri.ToString(), ["callee_user"] = call.To.Uri.User ?? "",
            ["session_id"] = Id, ["bot"] = _bot!.Name, ["time"] = Now.ToLocalTime().ToString("dddd, d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture),
        };
        foreach (var (name, value) in _option.Extra ?? new Dictionary<string, string>())
            values[name] = value;
        return values;
    }

    /// <summary>A program has cut what was said: the reply ends with it.</summary>
    private void Interrupt(Interruption? heard) => _dialogue?.Interrupt(heard);

    /// <summary>What became of the transfer a bot asked for is told by its events.</summary>
    private void Transferred(VoiceEvent happened)
    {
        if (_transfer is not { } transfer)
            return;
        switch (happened)
        {
            case AnswerEvent { Refer: true }:
                transfer.TrySetResult("connected");
                EndDialogue(); // the two talk to each other now
                break;
            case RejectEvent { Refer: true } reject:
                transfer.TrySetResult($"failed: {reject.Code} {reject.Reason}");
                break;
            case ErrorEvent { Sender: "refer" } error when !_isReferring:
                transfer.TrySetResult($"failed: {error.Error}");
                break;
            default:
                return;
        }

        _transfer = null;
    }

    private void EndDialogue()
    {
        if (_dialogue is not { } dialogue)
            return;
        _dialogue = null;
        _conversation = EndAsync(dialogue);

        static async Task<IReadOnlyList<DialogueMessage>> EndAsync(DialogueStage dialogue)
        {
            await dialogue.DisposeAsync();
            return dialogue.Conversation;
        }
    }

    private async Task CloseDialogueAsync()
    {
        EndDialogue();
        if (_conversation is null)
            return;
        var said = await _conversation;
        if (_bot is { Reports: true } bot)
            _ = bot.ReportAsync(Report(bot, said));
    }

    private BotCallReport Report(VoiceBot bot, IReadOnlyList<DialogueMessage> said)
    {
        var hangup = _last as HangupEvent;
        return new()
        {
            SessionId = Id,
            Bot = bot.Name,
            Caller = _call!.From.Uri.ToString(),
            Callee = _call.To.Uri.ToString(),
            Reason = hangup?.Reason,
            StartTime = hangup?.StartTime,
            AnswerTime = hangup?.AnswerTime,
            HangupTime = hangup?.HangupTime,
            History = [.. said.Select(one => new BotUtterance { Speaker = one.Role, Text = one.Text })],
        };
    }

    /// <summary>A bot wants to end the call.</summary>
    private sealed record HangUpAsked : SpeechEvent;

    /// <summary>What a bot can do with the call, from the conversation's tasks.</summary>
    private sealed class Actions(VoiceSession session, Call call, SpeechChain chain) : IDialogueActions
    {
        public Task<string> HangUpAsync(string reason, CancellationToken cancel)
        {
            chain.Events.Post(new HangUpAsked()); // behind what has happened, so that all of that is told
            return Task.FromResult("ok");
        }

        public async Task<string> TransferAsync(DialogueTool tool, string target, CancellationToken cancel)
        {
            var done = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            session.Post(() =>
            {
                if (session._isReferring || session._bridge is not null)
                {
                    done.SetResult("failed: the call is being connected with somebody already");
                    return;
                }

                session._transfer = done;
                session.Refer(new ReferCommand { Callee = target, Options = new() { Method = tool.Method == DialogueTransfer.Refer ? "refer" : null, Moh = tool.Music } });
            });
            return await done.Task.WaitAsync(cancel);
        }

        public Task<string> CallWebhookAsync(DialogueTool tool, JsonElement arguments, CancellationToken cancel) =>
            session._core.Tools.AskAsync(tool, arguments, (session.Id, call.From.Uri.ToString(), call.To.Uri.ToString()), cancel);
    }
}
