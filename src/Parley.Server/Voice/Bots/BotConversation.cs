using System.Globalization;
using System.Text.Json;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Events;
using Parley.Speech;
using Parley.Speech.Dialogue;
using Parley.Speech.Output;

namespace Parley.Server.Voice.Bots;

/// <summary>A bot wants to end the call: behind what has happened in its speech, so that all of that is told.</summary>
internal sealed record HangUpAsked : SpeechEvent;

/// <summary>One call's conversation led by a bot: what the model may do with the call, and what is left of it when the call is over. Its members are the session's, called in its mailbox.</summary>
internal sealed class BotConversation : IDialogueActions, IAsyncDisposable
{
    private const string Connected = "connected";

    private readonly VoiceBot _bot;
    private readonly VoiceCore _core;
    private readonly SpeechChain _chain;
    private readonly (string Id, string Caller, string Callee) _call;
    private readonly Action<DialogueTool, string, TaskCompletionSource<string>> _transfer;
    private readonly DialogueStage _stage;
    private TaskCompletionSource<string>? _transferring;
    private Task? _ended;
    private volatile bool _isConnected;

    /// <summary>Begins it: the greeting is said.</summary>
    /// <param name="bot">Who leads it.</param>
    /// <param name="core">Connections, web services, the clock.</param>
    /// <param name="call">The call.</param>
    /// <param name="id">The session.</param>
    /// <param name="extra">What a program gives for the call; goes before what is known of it in prompts.</param>
    /// <param name="chain">The call's speech.</param>
    /// <param name="transfer">Begins a transfer, from the conversation's task: calls <see cref="Follow"/> in the mailbox, or completes the source with why not.</param>
    public BotConversation(
        VoiceBot bot, VoiceCore core, Call call, string id, IReadOnlyDictionary<string, string>? extra, SpeechChain chain, Action<DialogueTool, string, TaskCompletionSource<string>> transfer)
    {
        (_bot, _core, _chain, _transfer) = (bot, core, chain, transfer);
        _call = (id, call.From.Uri.ToString(), call.To.Uri.ToString());
        var values = Values(call);
        foreach (var (name, value) in extra ?? new Dictionary<string, string>())
            values[name] = value;
        var options = bot.Dialogue;
        _stage = new(
            options with
            {
                SystemPrompt = PromptTemplate.Fill(options.SystemPrompt, values),
                Greeting = PromptTemplate.Fill(options.Greeting, values),
                Apology = PromptTemplate.Fill(options.Apology, values),
                Farewell = PromptTemplate.Fill(options.Farewell, values),
                FollowUp = options.FollowUp is { } followUp ? followUp with { Say = PromptTemplate.Fill(followUp.Say, values) } : null,
            },
            chain,
            this,
            core.Speech.Connections,
            core.Options.Time);
    }

    /// <summary>The caller has pressed a key.</summary>
    public void Press(char digit)
    {
        if (_ended is null)
            _stage.Press(digit);
    }

    /// <summary>A program has cut what was said: the reply ends with it.</summary>
    public void Interrupt(Interruption? heard)
    {
        if (_ended is null)
            _stage.Interrupt(heard);
    }

    /// <summary>A transfer has begun; its events tell what becomes of it.</summary>
    public void Follow(TaskCompletionSource<string> transfer) => _transferring = transfer;

    /// <summary>An event of the session.</summary>
    /// <param name="happened">Which.</param>
    /// <param name="isConnecting">Whether a transfer goes on, so that an error is none of its end.</param>
    public void Told(VoiceEvent happened, bool isConnecting)
    {
        if (_transferring is not { } transfer)
            return;
        switch (happened)
        {
            case AnswerEvent { Refer: true }:
                _isConnected = true;
                End(); // the two talk to each other now
                transfer.TrySetResult(Connected);
                break;
            case RejectEvent { Refer: true } reject:
                transfer.TrySetResult($"failed: {reject.Code} {reject.Reason}");
                break;
            case HangupEvent { Refer: true } over: // given up by a program, or the other party was gone before the two were connected
                transfer.TrySetResult($"failed: the other call is over ({over.Reason})");
                break;
            case ErrorEvent { Sender: "refer" } error when !isConnecting:
                transfer.TrySetResult($"failed: {error.Error}");
                break;
            default:
                return;
        }

        _transferring = null;
    }

    /// <summary>The call is over: ends the conversation, and tells of it whoever wants to know. Before the chain is disposed of.</summary>
    /// <param name="last">The call's last event.</param>
    public async Task CloseAsync(VoiceEvent? last)
    {
        await DisposeAsync();
        if (_bot.Reports)
            _ = _bot.ReportAsync(_core.Webhooks, Report(last as HangupEvent));
    }

    Task<string> IDialogueActions.HangUpAsync(string reason, CancellationToken cancel)
    {
        _chain.Events.Post(new HangUpAsked());
        return Task.FromResult("ok");
    }

    async Task<string> IDialogueActions.TransferAsync(DialogueTool tool, string target, CancellationToken cancel)
    {
        var done = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _transfer(tool, target, done);
        try
        {
            return await done.Task.WaitAsync(cancel);
        }
        catch (OperationCanceledException) when (_isConnected)
        {
            return Connected; // which is what ended the conversation
        }
    }

    Task<string> IDialogueActions.CallWebhookAsync(DialogueTool tool, JsonElement arguments, CancellationToken cancel) => _core.Tools.AskAsync(tool, arguments, _call, cancel);

    /// <summary>Ends the conversation; once is enough.</summary>
    public ValueTask DisposeAsync() => new(End());

    private Task End() => _ended ??= _stage.DisposeAsync().AsTask();

    private Dictionary<string, string> Values(Call call) => new(StringComparer.OrdinalIgnoreCase)
    {
        ["caller"] = _call.Caller, ["caller_user"] = call.From.Uri.User ?? "", ["caller_name"] = call.From.DisplayName ?? "",
        ["callee"] = _call.Callee, ["callee_user"] = call.To.Uri.User ?? "",
        ["session_id"] = _call.Id, ["bot"] = _bot.Name, ["time"] = _core.Options.Time.GetLocalNow().ToString("dddd, d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture),
    };

    private BotCallReport Report(HangupEvent? hangup) => new()
    {
        SessionId = _call.Id,
        Bot = _bot.Name,
        Caller = _call.Caller,
        Callee = _call.Callee,
        Reason = hangup?.Reason,
        StartTime = hangup?.StartTime,
        AnswerTime = hangup?.AnswerTime,
        HangupTime = hangup?.HangupTime,
        History = [.. _stage.Conversation.Select(one => new BotUtterance { Speaker = one.Role, Text = one.Text })],
    };
}
