using Microsoft.AspNetCore.Http;

namespace LeaderElection.AspNetCore;

/// <summary>How endpoints that only the leader serves answer; for all elections of the app.</summary>
public sealed class LeaderOnlyOptions
{
    /// <summary>The status of a follower's answer, 400 to 599; 503 unless set. The body is
    /// <c>application/problem+json</c> of type <c>urn:leader-election:not-leader</c>.</summary>
    public int StatusCode { get; set; } = StatusCodes.Status503ServiceUnavailable;

    /// <summary>
    /// Whether a follower sends clients to the leader (307, path and query kept) where the leader has told its
    /// <see cref="LeaderElectionOptions.Endpoint"/>; a path in it replaces the path base of the request. False unless
    /// set. The usual answer is given when no address is known, when it is not http or https, and when several
    /// elections are needed that are not all led at one other address.
    /// </summary>
    public bool RedirectToLeader { get; set; }

    /// <summary>
    /// Whether <see cref="HttpContext.RequestAborted"/> is cancelled, besides when the client goes away, when a term is
    /// lost that the request began under. An endpoint that then ends with <see cref="OperationCanceledException"/> or
    /// <see cref="LeadershipLostException"/> gives the follower's answer, or has its connection cut when it has begun
    /// to respond; WebSockets are cut at once. The cancellation comes from the thread pool, right after the loss: it
    /// delays nothing else that waits for the loss. False unless set. A stopping leader does not wait for requests:
    /// those that must not overlap with the next leader need the fencing token.
    /// </summary>
    public bool CancelRequestsOnLoss { get; set; }
}
