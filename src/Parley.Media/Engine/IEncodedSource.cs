namespace Parley.Media.Engine;

/// <summary>Ready payloads to send, one per frame. Read on the lane.</summary>
internal interface IEncodedSource
{
    /// <summary>Copies the next payload; false when none waits.</summary>
    bool TryRead(Span<byte> payload, out int length);
}
