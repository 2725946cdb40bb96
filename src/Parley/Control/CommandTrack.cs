namespace Parley.Control;

/// <summary>Tells how a command goes: one thing after the other, and nothing once it has its outcome.</summary>
internal sealed class CommandTrack(Action<CommandProgress>? told, Action<Exception> fault)
{
    private readonly Lock _gate = new();
    private bool _over;

    public void Tell(CommandProgress progress)
    {
        if (told is null)
            return;
        lock (_gate)
        {
            if (_over)
                return;
            try
            {
                told(progress);
            }
            catch (Exception e) // the boundary to the application's code: the command goes on, and has its outcome
            {
                fault(e);
            }
        }
    }

    public void End()
    {
        lock (_gate)
            _over = true;
    }
}
