using Parley.Dialogs;
using Parley.Sip.Dialogs;

namespace Parley;

/// <content>What the other side does within the call, told to the application.</content>
public abstract partial class Call
{
    private CallHandlers? _handlers;
    private SerialCallbacks? _callbacks;
    private bool _toldHold;

    /// <summary>Callbacks of the application about this call, one after the other.</summary>
    private protected SerialCallbacks Callbacks =>
        LazyInitializer.EnsureInitialized(ref _callbacks, () => new SerialCallbacks(e => Log.CallbackFailed(Agent.Logger, Id, e)))!;

    /// <summary>
    /// Says who hears of what the other side does from now on, in place of those given before. What has happened already is not told again: <see cref="IsHeld"/> says how it stands.
    /// </summary>
    /// <param name="handlers">Who; null for nobody but the user agent's own.</param>
    public void Handle(CallHandlers? handlers) => Volatile.Write(ref _handlers, handlers);

    private CallHandlers? Handlers => Volatile.Read(ref _handlers);

    /// <summary>Something was agreed on, by an answer or a change. On the call's lane.</summary>
    private protected void Changed()
    {
        OnChange?.Invoke(this);
        var held = IsHeld;
        if (held == _toldHold)
            return;
        _toldHold = held;
        if (Handlers?.OnHold is { } told)
            Callbacks.Post(() => told(this, held));
    }

    /// <summary>A text of the other side. On the call's lane.</summary>
    private void TakeMessage(IncomingRequest request)
    {
        if (Handlers?.OnMessage is not { } told)
        {
            request.Respond(405);
            return;
        }

        var message = new DialogRequest(request);
        Callbacks.Post(() => _ = AskAsync(told, message));
    }

    private async Task AskAsync(Func<Call, DialogRequest, ValueTask> told, DialogRequest message)
    {
        var status = 200;
        try
        {
            await told(this, message).ConfigureAwait(false);
        }
        catch (Exception e) // the boundary to the application's code: who sent it gets an answer, and the call goes on
        {
            Log.CallbackFailed(Agent.Logger, Id, e);
            status = 500;
        }

        await message.AnswerIfPendingAsync(status).ConfigureAwait(false);
    }
}
