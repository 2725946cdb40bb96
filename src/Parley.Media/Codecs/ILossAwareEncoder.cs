namespace Parley.Media.Codecs;

/// <summary>An encoder that protects what it sends against the loss on the way.</summary>
public interface ILossAwareEncoder : IAudioEncoder
{
    /// <summary>Tells what the receiver's last report says. Called with each report.</summary>
    /// <param name="share">Share of packets lost lately, 0–1.</param>
    void ExpectLoss(double share);
}
