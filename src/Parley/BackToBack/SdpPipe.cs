using System.Text;
using Parley.Net;
using Parley.Sip.Dialogs;

namespace Parley.BackToBack;

/// <summary>
/// Takes bodies through the application's transforms in the order they came: what needs none goes through at once, unless something before it is still being
/// transformed. Used on the lane.
/// </summary>
internal sealed class SdpPipe(Lane lane, Action<Exception> fault, CancellationToken over)
{
    /// <summary>
    /// Bodies that may wait for the application's transforms: a leg sends a few provisional responses and an answer, and of later requests the endpoint lets 16 wait. A peer
    /// that floods with provisional responses has the rest of them dropped.
    /// </summary>
    private const int MaxTransforms = 32;

    private Task _tail = Task.CompletedTask;
    private int _waiting;
    private (byte[] In, byte[] Out)? _last;

    /// <summary>Passes a body on, changed or not; on the lane, now or later. A transform that throws gives no body.</summary>
    /// <returns>False when too many are waiting: it is dropped.</returns>
    public bool TryPass(SipBody body, SdpTransform? transform, Action<SipBody> next)
    {
        if (_waiting >= MaxTransforms)
            return false;
        Pass(body, transform, next);
        return true;
    }

    /// <summary>Passes a body on that must not be lost; see <see cref="TryPass"/>.</summary>
    public void Pass(SipBody body, SdpTransform? transform, Action<SipBody> next)
    {
        var sdp = transform is null ? null : SessionBody.Bytes(body);
        if (sdp is null && _waiting == 0)
        {
            next(body);
            return;
        }

        if (sdp is not null && _waiting == 0 && _last is { } last && last.In.AsSpan().SequenceEqual(sdp))
        {
            next(SessionBody.Of(last.Out));
            return;
        }

        _waiting++;
        _tail = RunAsync(_tail, body, sdp, transform, next);
    }

    private async Task RunAsync(Task before, SipBody body, byte[]? sdp, SdpTransform? transform, Action<SipBody> next)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        byte[]? changed = null;
        if (sdp is not null)
        {
            try
            {
                var text = await transform!(Encoding.UTF8.GetString(sdp), over).ConfigureAwait(false);
                changed = SessionBody.Bytes(SessionBody.Of(text));
            }
            catch (Exception e) // the boundary to the application's code: its fault ends what needed the description, and nothing else
            {
                fault(e);
            }
        }

        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lane.Run(
            _ =>
            {
                _waiting--;
                if (sdp is not null && changed is not null)
                    _last = (sdp, changed);
                try
                {
                    next(sdp is null ? body : SessionBody.Of(changed));
                }
                finally
                {
                    done.SetResult();
                }
            },
            null);
        await done.Task.ConfigureAwait(false);
    }
}
